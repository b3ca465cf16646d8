"""Measures the size and the start of the image, with and without each optimization, and writes the tables between the
marks in docs/docker.md.

    python3 bench/image.py [--image vts-basic] [--engine docker] [--rounds 5] [--seconds 8]

Needs the image, built as docs/docker.md describes, the image from which its Dockerfile copies the JDK, and wrk on the
PATH. Runs containers on the network of this machine, as root or with an engine that lets this user see their processes.
"""
import argparse
import gzip
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from servers import ROOT, WARM_UP_SECONDS, free_port, load

DOC = ROOT / "docs/docker.md"
BEGIN, END = "<!-- bench/image.py -->", "<!-- end -->"
IDLE_SECONDS = 5
SHIPPED = "as shipped"
SIZE_OF_JDK = """
const size = (path) => { const stat = fs.lstatSync(path); return !stat.isDirectory() ? stat.size
  : fs.readdirSync(path).reduce((sum, name) => sum + size(path + "/" + name), 0) };
console.log(size("/opt/jdk"))
"""
LIMITS = ["--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges", "--memory=512m", "--cpus=2"]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class Image:
    def __init__(self, engine, name, directory):
        self.engine, self.name, self.directory = engine, name, directory
        self.args = self.ask("process.stdout.write(fs.readFileSync('/opt/vts/java.args'))")
        self.cache = "-XX:AOTCache=/opt/vts/vts.aot"

    def ask(self, script, name=None):
        return run(self.engine, "run", "--rm", "--entrypoint=bun", name or self.name, "-e", script)

    def variant(self, name, change=lambda args: args, cache=None, java="/opt/java/bin/java", image=None):
        """A variant of the start: other options, another cache or another Java."""
        file = self.directory / (re.sub(r"\W+", "-", name) + ".args")
        file.write_text(change(self.args) + "\n")
        return Variant(self, name, file, self.cache if cache is None else cache, java, image or self.name)

    def with_whole_jdk(self):
        """Builds the image with the whole JDK from which its Java runtime was made."""
        base = re.search(r"ARG MAVEN=(\S+)", (ROOT / "Dockerfile").read_text()).group(1)
        name = self.name.split(":")[0] + ":jdk"
        (self.directory / "Dockerfile").write_text(f"FROM {self.name}\nCOPY --from={base} /opt/java/openjdk /opt/jdk\n")
        build = ["buildah", "bud", "--isolation", "chroot", "--format", "docker"] if self.engine == "podman" \
            else [self.engine, "build"]
        run(*build, "-t", name, str(self.directory))
        return name

    def layers(self):
        """Sizes of each layer in bytes: uncompressed, with gzip and with zstd."""
        archive = self.directory / "image"
        archive.mkdir()
        save = subprocess.Popen([self.engine, "save", self.name], stdout=subprocess.PIPE)
        subprocess.run(["tar", "-x", "-C", str(archive)], stdin=save.stdout, check=True)
        save.wait()
        sizes = {}
        manifest = json.loads((archive / "manifest.json").read_text())[0]
        for layer in manifest["Layers"]:
            path = archive / layer
            names = run("tar", "-tf", str(path)).split("\n")
            packed = []
            for command in ["gzip", "-6nc"], ["zstd", "-19", "-T0", "-c", "-q"]:
                with open(path, "rb") as file:
                    packed.append(len(subprocess.run(command, stdin=file, capture_output=True, check=True).stdout))
            what = what_is_in(names)
            sizes[what] = [sum(pair) for pair in zip(sizes.get(what, [0, 0, 0]), [path.stat().st_size, *packed])]
        shutil.rmtree(archive)
        return sizes


def what_is_in(names):
    for mark, what in {"opt/vts/vts.aot": "VTS Basic, the app, the AOT cache", "opt/java/lib/modules": "Java",
                       "usr/local/bin/bun": "Bun"}.items():
        if mark in names:
            return what
    return "the C library and related files"


class Variant:
    def __init__(self, image, name, file, cache, java, run_image):
        self.image, self.name, self.file, self.cache, self.java, self.run_image = image, name, file, cache, java, run_image
        self.starts, self.cpu, self.idle, self.busy, self.asset = [], [], [], [], []

    def start(self, *options, port, extra=()):
        return subprocess.Popen(
            [self.image.engine, "run", "--rm", "--pull=never", "--name", f"vts-bench-{port}", "--network=host", *LIMITS,
             f"--env=VTS_PORT={port}", "--env=VTS_ADDRESS=127.0.0.1", f"--volume={self.file}:/opt/vts/java.args:ro",
             *extra, f"--entrypoint={self.java}", self.run_image, *options, "@/opt/vts/java.args"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def train(self, aot):
        """Makes an AOT cache for this variant."""
        self.image.directory.chmod(0o777)
        port = free_port()
        process = self.start(f"-XX:AOTCacheOutput=/out/{aot}", port=port, extra=[f"--volume={self.image.directory}:/out"])
        await_page(port)
        for path in ["/", "/country", "/favicon.ico", "/-/ready", "/nothing"] * 3:
            ask(port, path)
        process.terminate()
        process.communicate(timeout=60)
        self.cache = f"-XX:AOTCache=/out/{aot}"
        return self

    def measure(self, seconds):
        port = free_port()
        extra = [f"--volume={self.image.directory}:/out:ro"]
        process = self.start(*([self.cache] if self.cache else []), port=port, extra=extra)
        try:
            first_page = await_page(port)
            pid = int(run(self.image.engine, "inspect", "--format={{.State.Pid}}", f"vts-bench-{port}"))
            self.starts.append((first_page - started(pid)) * 1000)
            self.cpu.append(own_cpu(pid))
            time.sleep(IDLE_SECONDS)
            self.idle.append(rss(pid))
            if seconds:
                asset = re.search(rb"/assets/[\w.-]+\.css", ask(port, "/about")).group().decode()
                load(port, asset, WARM_UP_SECONDS // 2)
                before = own_cpu(pid)
                count = load(port, asset, seconds)
                self.asset.append((own_cpu(pid) - before) / count * 1e6)
                self.busy.append(rss(pid))
        finally:
            process.terminate()
            process.communicate(timeout=60)

    def row(self):
        def of(values, form):
            return form.format(statistics.median(values)) if values else "–"
        return (f"| {self.name} | {min(self.starts):.0f} / {statistics.median(self.starts):.0f} | {of(self.cpu, '{:.2f}')} "
                f"| {of(self.idle, '{:.0f}')} | {of(self.busy, '{:.0f}')} | {of(self.asset, '{:.0f}')} |")


def ask(port, path):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).read()
    except urllib.error.HTTPError as error:
        return error.read()


def await_page(port):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            page = urllib.request.urlopen(f"http://127.0.0.1:{port}/about", timeout=30).read()
            assert b"</html>" in page, page
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.005)
    raise SystemExit("no page")


def started(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[19]) / 100


def own_cpu(pid):
    """CPU seconds of the JVM itself, without those of its child processes."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def rss(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) * 1024 / 1e6


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--image", default="vts-basic")
    parser.add_argument("--engine", default="docker")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=8, help="of load in each round; 0 for none")
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    try:
        image = Image(options.engine, options.image, directory)
        with_jdk = image.with_whole_jdk()
        variants = [
            image.variant(SHIPPED),
            image.variant("without the AOT cache", cache=""),
            image.variant("the first compiler only (`-XX:TieredStopAtLevel=1`)",
                          lambda args: "-XX:TieredStopAtLevel=1\n" + args).train("first.aot"),
            image.variant("G1 instead of Serial", lambda args: args.replace("UseSerialGC", "UseG1GC")).train("g1.aot"),
            image.variant("compact object headers", lambda args: "-XX:+UseCompactObjectHeaders\n" + args)
            .train("headers.aot"),
            image.variant("the whole JDK instead of jlink's, no AOT cache", cache="", java="/opt/jdk/bin/java", image=with_jdk),
        ]
        for number in range(options.rounds):
            for variant in variants:
                print(f"round {number + 1}: {variant.name}", flush=True)
                variant.measure(options.seconds)
        write(image, variants, with_jdk, options.rounds)
    finally:
        shutil.rmtree(directory)


def write(image, variants, with_jdk, rounds):
    layers = image.layers()
    jdk = int(image.ask(SIZE_OF_JDK, with_jdk))
    lines = ["| layer | MB | gzip -6 | zstd -19 |", "|---|--:|--:|--:|"]
    lines += [f"| {what} | " + " | ".join(f"{size / 1e6:.1f}" for size in sizes) + " |" for what, sizes in layers.items()]
    total = [sum(sizes) for sizes in zip(*layers.values())]
    lines += ["| **all** | " + " | ".join(f"**{size / 1e6:.1f}**" for size in total) + " |", ""]
    lines += [f"The whole JDK has {jdk / 1e6:.0f} MB; the modules that jlink selects have {layers['Java'][0] / 1e6:.0f}.", ""]
    lines += [f"Medians of {rounds} interleaved rounds on two processors, in containers limited as above.", ""]
    lines += ["| | start to the first page, ms (best / median) | CPU of the JVM until then, s | idle JVM, MB | after load, MB "
              "| CPU for an asset, µs |", "|---|--:|--:|--:|--:|--:|"]
    lines += [variant.row() for variant in variants]
    text = DOC.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    DOC.write_text(text[:begin] + "\n" + "\n".join(lines) + "\n" + text[end:])
    print("\n".join(lines))


main()
