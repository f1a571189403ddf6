<#
.SYNOPSIS
Has freebusy scan logs on the servers where they lie, and brings the findings back.
.EXAMPLE
.\Invoke-FreebusyScan.ps1 -ComputerName EX01, EX02 -Program .\freebusy.exe -Path D:\Logs -OutFolder findings
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string[]] $ComputerName,
    [Parameter(Mandatory = $true)] [string] $Program,
    [Parameter(Mandatory = $true)] [string[]] $Path,
    [Parameter(Mandatory = $true)] [string] $OutFolder,
    [string] $Since,
    [int] $Jobs = 1,
    [int] $ThrottleLimit = 16
)

$ErrorActionPreference = 'Stop'
$programHere = (Resolve-Path -LiteralPath $Program).ProviderPath
New-Item -ItemType Directory -Path $OutFolder -Force | Out-Null
$failed = @()

# One folder a run, so that two people do not take each other's program away.
$name = 'freebusy-' + [guid]::NewGuid().ToString('N')

$scan = {
    param($folder, $path, $since, $jobs)
    $ErrorActionPreference = 'Stop'
    $exe = Join-Path -Path $folder -ChildPath 'freebusy.exe'
    $findings = Join-Path -Path $folder -ChildPath 'findings.ndjson'
    $errors = Join-Path -Path $folder -ChildPath 'errors.txt'
    $list = @('scan', '--quiet', '--format', 'ndjson', '--jobs', "$jobs")
    if ($since) { $list += @('--since', $since) }
    # A trailing backslash would take the closing quote with it.
    foreach ($one in $path) { $list += '"' + $one.TrimEnd('\') + '"' }
    # Start-Process writes the bytes as they come; a pipeline would decode and encode them.
    $process = Start-Process -FilePath $exe -ArgumentList $list -NoNewWindow -PassThru -RedirectStandardOutput $findings -RedirectStandardError $errors
    # Without the handle, the exit code is gone when the process is.
    $null = $process.Handle
    $process.PriorityClass = 'Idle'
    $process.WaitForExit()
    [pscustomobject]@{ ExitCode = $process.ExitCode; Errors = [string](Get-Content -LiteralPath $errors -Raw) }
}

$sessions = @(New-PSSession -ComputerName $ComputerName -ThrottleLimit $ThrottleLimit -ErrorAction SilentlyContinue -ErrorVariable notReached)
foreach ($problem in $notReached) {
    Write-Warning -Message "not reached: $problem"
    $failed += "$problem"
}
try {
    $ready = @()
    foreach ($session in $sessions) {
        try {
            $folder = Invoke-Command -Session $session -ArgumentList $name -ScriptBlock {
                param($name)
                $folder = Join-Path -Path $env:TEMP -ChildPath $name
                New-Item -ItemType Directory -Path $folder -Force | Out-Null
                $folder
            }
            Copy-Item -LiteralPath $programHere -Destination (Join-Path -Path $folder -ChildPath 'freebusy.exe') -ToSession $session
            $ready += [pscustomobject]@{ Session = $session; Folder = $folder }
        } catch {
            Write-Warning -Message "$($session.ComputerName): $_"
            $failed += $session.ComputerName
        }
    }
    # All servers at once; each in a job of its own, so that none waits for another.
    $running = foreach ($one in $ready) {
        $job = Invoke-Command -Session $one.Session -ScriptBlock $scan -ArgumentList $one.Folder, $Path, $Since, $Jobs -AsJob
        [pscustomobject]@{ Session = $one.Session; Folder = $one.Folder; Job = $job }
    }
    foreach ($one in $running) {
        $server = $one.Session.ComputerName
        try {
            $result = $one.Job | Wait-Job | Receive-Job
            $file = Join-Path -Path $OutFolder -ChildPath "$server.ndjson"
            Copy-Item -Path (Join-Path -Path $one.Folder -ChildPath 'findings.ndjson') -Destination $file -FromSession $one.Session
            if ($result.ExitCode -ne 0) {
                Write-Warning -Message "${server}: exit code $($result.ExitCode)`n$($result.Errors)"
                $failed += $server
            }
        } catch {
            Write-Warning -Message "${server}: $_"
            $failed += $server
        } finally {
            Remove-Job -Job $one.Job -Force
        }
    }
    foreach ($one in $ready) {
        Invoke-Command -Session $one.Session -ArgumentList $one.Folder -ErrorAction SilentlyContinue -ScriptBlock {
            param($folder)
            Remove-Item -LiteralPath $folder -Recurse -Force
        }
    }
} finally {
    if ($sessions) { Remove-PSSession -Session $sessions }
}
if ($failed) {
    Write-Warning -Message "Not everything was read: $(($failed | Select-Object -Unique) -join ', ')"
    exit 2
}
