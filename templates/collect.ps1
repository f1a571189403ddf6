{% import "words.txt" as words %}
# Reads settings and test results for the analysis of free/busy failures in an Exchange hybrid deployment.
#
# It changes nothing. It runs the commands below in {{ words.shell(shell) }}, one after the other, goes on where one fails,
# and writes one file in the current folder: freebusy-{{ shell }}.json. Nothing is sent anywhere.
{% if shell == "ems" %}
# Run it in the Exchange Management Shell on an Exchange server. Commands that ask one server ask this one.
{% elif shell == "exo" %}
# Run it in a window in which Connect-ExchangeOnline was run, without -Prefix.
{% else %}
# Run it in a window in which Connect-MgGraph -Scopes 'Application.Read.All', 'User.Read.All' was run.
{% endif %}
#
# Kept out of the file: properties that hold keys, passwords or tokens, by name ({{ secret|join(", ") }});
# and in all texts what follows the words Bearer, password, client_secret or assertion, and every JSON Web Token.
# The file does hold names, mail addresses, host names and thumbprints. Look at it before you pass it on.
#
{% if rule %}
# Made for the rule {{ rule }}. Commands that are run:
{% else %}
# Commands that are run:
{% endif %}
{% for reading in readings.run %}
#   {{ reading.command|replace("\n", "\n#     ") }}
{% endfor %}
{% if readings.left_out %}
#
# Not run, because values are missing (freebusy collect --set NAME=VALUE):
{% for left in readings.left_out %}
#   {{ left.missing|join(", ") }}: {{ left.command|replace("\n", "\n#     ") }}
{% endfor %}
{% endif %}
#
# Then: freebusy explain freebusy-{{ shell }}.json
# Written by freebusy {{ version }} for Windows PowerShell 5.1 and PowerShell 7.

param(
    [string] $Path = (Join-Path -Path (Get-Location).ProviderPath -ChildPath 'freebusy-{{ shell }}.json')
)

# An error that ends nothing is kept like the others, and the command goes on.
$ErrorActionPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
$invariant = [System.Globalization.CultureInfo]::InvariantCulture
$depth = 6
$secret = @({{ secret|join(", ") }})
$technical = @('RunspaceId', 'PSComputerName', 'PSShowComputerName', 'PSSourceJobInstanceId')
$cases = New-Object -TypeName System.Collections.ArrayList

# A text without what would let its reader act as somebody else.
function Hide-Secret {
    param([string] $Text)
    $Text = $Text -replace '(?i)\b(Bearer\s+)[A-Za-z0-9+/=_.~-]{24,}', '$1(removed)'
    $Text = $Text -replace '\beyJ[A-Za-z0-9_-]{6,}(\.[A-Za-z0-9_-]*){0,4}', '(removed)'
    $Text -replace '(?i)\b((?:client_secret|client_assertion|assertion|refresh_token|access_token|password|pwd)(?:\s*=|["'']\s*:)\s*["'']?)[^\s"''&;,]{4,}', '$1(removed)'
}

# A value as a console prints it: ConvertTo-Json would write a number for Enabled or SMTP, and a tree for a domain.
function ConvertTo-Printed {
    param($Value)
    if ($null -eq $Value) { return $null }
    if ($Value -is [bool]) { return $Value }
    if ($Value -is [datetime]) { return $Value.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ', $invariant) }
    if ($Value -is [string]) { return (Hide-Secret -Text $Value) }
    if ($Value -is [System.Collections.IDictionary]) {
        $pairs = @(foreach ($key in $Value.Keys) { Hide-Secret -Text ('{0}={1}' -f $key, $Value[$key]) })
        return , $pairs
    }
    if ($Value -is [System.Collections.IEnumerable]) {
        $items = @(foreach ($item in $Value) { Hide-Secret -Text ([string] $item) })
        return , $items
    }
    Hide-Secret -Text ([string] $Value)
}

# The properties of an object, those of the session and those with secrets left out.
function ConvertTo-Entry {
    param($Item)
    $entry = New-Object -TypeName System.Collections.Specialized.OrderedDictionary
    foreach ($property in $Item.PSObject.Properties) {
        $name = $property.Name
        if ($technical -contains $name) { continue }
        if (@($secret | Where-Object { $name -like $_ }).Count -gt 0) { continue }
        try { $entry[$name] = ConvertTo-Printed -Value $property.Value } catch { $entry[$name] = $null }
    }
    return $entry
}

function ConvertTo-Failure {
    param($Record)
    $failure = New-Object -TypeName System.Collections.Specialized.OrderedDictionary
    $failure['message'] = Hide-Secret -Text ([string] $Record.Exception.Message)
    $failure['category'] = [string] $Record.CategoryInfo
    $failure['id'] = [string] $Record.FullyQualifiedErrorId
    return $failure
}

# Runs one command and keeps what it printed, also what came before it failed.
function Read-Case {
    param([string] $Cmdlet, [string] $Command, [scriptblock] $Reads)
    Write-Host ('Reading: ' + $Command)
    $objects = New-Object -TypeName System.Collections.ArrayList
    $failures = New-Object -TypeName System.Collections.ArrayList
    $plain = $false
    try {
        & $Reads 2>&1 | ForEach-Object -Process {
            if ($_ -is [System.Management.Automation.ErrorRecord]) {
                [void] $failures.Add((ConvertTo-Failure -Record $_))
            } elseif ($_ -is [string] -or $_ -is [System.ValueType]) {
                $plain = $true
                $entry = New-Object -TypeName System.Collections.Specialized.OrderedDictionary
                $entry['Value'] = ConvertTo-Printed -Value $_
                [void] $objects.Add($entry)
            } elseif ($null -ne $_) {
                [void] $objects.Add((ConvertTo-Entry -Item $_))
            }
        }
    } catch {
        [void] $failures.Add((ConvertTo-Failure -Record $_))
    }
    $case = New-Object -TypeName System.Collections.Specialized.OrderedDictionary
    $case['command'] = $Command
    # A single value is no object of the cmdlet, and must not be counted as one.
    $case['cmdlet'] = $(if ($plain) { '' } else { $Cmdlet })
    $case['objects'] = $objects.ToArray()
    $case['errors'] = $failures.ToArray()
    [void] $cases.Add($case)
}

{% for reading in readings.run %}
Read-Case -Cmdlet '{{ reading.cmdlet or "" }}' -Command {{ reading.quoted }} -Reads {
{{ reading.command }}
}

{% endfor %}
$collected = New-Object -TypeName System.Collections.Specialized.OrderedDictionary
$collected['freebusy_collect'] = 1
$collected['shell'] = '{{ shell }}'
$collected['computer'] = [string] [System.Environment]::MachineName
$collected['collected'] = [datetime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', $invariant)
$collected['depth'] = $depth
$collected['commands'] = $cases.ToArray()
$json = ConvertTo-Json -InputObject $collected -Depth $depth
[System.IO.File]::WriteAllText($Path, $json, (New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $true))
Write-Host ('Written: ' + $Path)
