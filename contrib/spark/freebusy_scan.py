#!/usr/bin/env python3
"""Scans logs with freebusy, one whole file a task, on a Spark cluster.

    spark-submit freebusy_scan.py --program ./freebusy --out OUT [--paths LIST] [GLOB ...]

Spark only distributes: the program parses, matches and says what it could not read. Findings come out as text files of NDJSON, below
OUT/findings; what no run could say itself stands in OUT/faults. `freebusy report OUT/findings` makes one report of them.
"""

import argparse
import os
import stat
import subprocess
import sys

from pyspark import SparkFiles
from pyspark.sql import SparkSession

# A run that takes longer than this many seconds hangs.
LONGEST = 3600


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", nargs="*", metavar="GLOB", help="files that Spark reads: paths or globs of any file system it knows")
    parser.add_argument("--program", required=True, help="freebusy for the machines of the cluster")
    parser.add_argument("--out", required=True, help="a folder that does not exist yet")
    parser.add_argument("--paths", metavar="LIST", help="a file with one path a line, which the workers open themselves: for files past 2 GB")
    parser.add_argument("--option", action="append", default=[], metavar="OPTION", help="an option of `freebusy scan`, such as --option=--since=7d")
    parser.add_argument("--partitions", type=int, metavar="N", help="tasks; without it one a file, at most 10,000")
    chosen = parser.parse_args()
    if not chosen.logs and not chosen.paths:
        parser.error("name logs, or give a list of paths with --paths")
    return chosen


def program(name):
    """The shipped program, executable: some deployments lose that on the way."""
    path = SparkFiles.get(name)
    mode = os.stat(path).st_mode
    if not mode & stat.S_IXUSR:
        os.chmod(path, mode | stat.S_IXUSR)
    return path


def run(name, options, path, source):
    """Scans one file: its findings as lines, and what went wrong where no line says it.

    `source` is bytes, or nothing where the program is to open the file itself.
    """
    command = [program(name), "scan", "--quiet", "--jobs", "1", "--format", "ndjson", *options]
    command += [path] if source is None else ["--stdin-filename", path, "-"]
    try:
        done = subprocess.run(command, input=source, stdin=subprocess.DEVNULL if source is None else None, capture_output=True, timeout=LONGEST, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return [], [f"{path}\t{error}"]
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    # 0: read. 2: not, or not whole, and the last line says why.
    if done.returncode in (0, 2) and lines and lines[-1].startswith('{"run":'):
        return lines, []
    said = done.stderr.decode("utf-8", "replace").strip().replace("\n", " | ")
    return lines, [f"{path}\texit code {done.returncode}: {said}"]


def local(path):
    """A file's path without the scheme that Spark puts before it."""
    return path.removeprefix("file:") if path.startswith("file:/") else path


def main():
    chosen = arguments()
    spark = SparkSession.builder.appName("freebusy").getOrCreate()
    context = spark.sparkContext
    context.addFile(os.path.abspath(chosen.program))
    name, options = os.path.basename(chosen.program), chosen.option

    tasks = []
    if chosen.logs:
        files = context.binaryFiles(",".join(chosen.logs))
        # Spark packs small files into few partitions; a slow one would hold back its neighbours.
        files = files.repartition(chosen.partitions or max(1, min(10_000, files.count())))
        tasks.append(files.map(lambda file: run(name, options, local(file[0]), file[1])))
    if chosen.paths:
        with open(chosen.paths, encoding="utf-8") as lines:
            paths = [line.rstrip("\r\n") for line in lines if line.strip()]
        tasks.append(context.parallelize(paths, chosen.partitions or min(10_000, len(paths))).map(lambda path: run(name, options, path, None)))

    # Both outputs are made of it, and nothing should be scanned twice.
    results = context.union(tasks).cache()
    results.flatMap(lambda result: result[0]).saveAsTextFile(os.path.join(chosen.out, "findings"))
    faults = results.flatMap(lambda result: result[1])
    faults.saveAsTextFile(os.path.join(chosen.out, "faults"))
    lost = faults.count()
    spark.stop()
    if lost:
        print(f"{lost} files were not scanned: see {os.path.join(chosen.out, 'faults')}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
