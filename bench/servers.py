"""Shared by the CPU time measurements: starts servers, loads each in turn, prints the CPU time of a request."""
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WAR = ROOT / "target/vts-basic.war"
BUN = ROOT / "target/bun/WEB-INF/bun/bun"
WARM_UP_SECONDS = 15


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def children(pid):
    pids = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            started = (task / "children").read_text().split()
        except FileNotFoundError:
            continue  # The thread has ended.
        for child in started:
            pids += children(int(child))
    return pids


def cpu_seconds(pid):
    ticks = 0
    for each in children(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def await_answer(port, log):
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).read()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}:\n{log.read_text()}")


def load(port, path, seconds):
    url = f"http://127.0.0.1:{port}{path}"
    out = subprocess.run(["wrk", "-t1", "-c32", f"-d{seconds}s", url], capture_output=True, text=True)
    if "Non-2xx" in out.stdout or "Socket errors" in out.stdout:
        print(out.stdout)
    return int(re.search(r"(\d+) requests in", out.stdout).group(1))


class Servers:
    """Servers of one run, in a directory of their own; the end of the `with` stops all of them."""

    def __enter__(self):
        self.directory = Path(tempfile.mkdtemp())
        self.directory.chmod(0o755)
        self.started = []
        self.fronts = {}
        return self

    def __exit__(self, *_):
        for process in self.started:
            process.send_signal(signal.SIGTERM)
        for process in self.started:
            process.wait(30)
        shutil.rmtree(self.directory)

    def write(self, name, text, **values):
        for key, value in {"DIR": self.directory, **values}.items():
            text = text.replace(key, str(value))
        (self.directory / name).write_text(text)

    def start(self, port, *command, **environment):
        log = self.directory / (Path(command[0]).name + ".log")
        with open(log, "w") as output:
            process = subprocess.Popen(
                command, env={**os.environ, **environment}, stdout=output, stderr=output, cwd=self.directory)
        self.started.append(process)
        await_answer(port, log)
        return process.pid

    def front(self, name, port, *command, **environment):
        self.fronts[name] = (port, self.start(port, *command, **environment))

    def vts(self, **environment):
        port = free_port()
        self.front("VTS Basic", port, os.environ.get("JAVA", "java"), "-jar", str(WAR),
                   VTS_ADDRESS="127.0.0.1", VTS_PORT=str(port), **environment)

    def nginx(self, conf, **values):
        port = free_port()
        self.write("nginx.conf", conf, PORT=port, **values)
        self.front("nginx", port, "nginx", "-c", str(self.directory / "nginx.conf"), "-p", str(self.directory))

    def haproxy(self, conf, **values):
        port = free_port()
        self.write("haproxy.cfg", conf, PORT=port, **values)
        self.front("HAProxy", port, "haproxy", "-db", "-f", str(self.directory / "haproxy.cfg"))

    def caddy(self, conf, **values):
        port = free_port()
        self.write("Caddyfile", conf, PORT=port, **values)
        self.front("Caddy", port, "caddy", "run", "--config", "Caddyfile", HOME=str(self.directory))

    def compare(self, what, path, rounds, seconds):
        """Prints the CPU time of each front for one request of `path`, measured in turn."""
        for port, _ in self.fronts.values():
            load(port, path, WARM_UP_SECONDS)
        results = {name: [] for name in self.fronts}
        for _ in range(rounds):
            for name, (port, pid) in self.fronts.items():
                before = cpu_seconds(pid)
                count = load(port, path, seconds)
                results[name].append((cpu_seconds(pid) - before) / count * 1e6)
        print(f"CPU µs per {what}, 32 keep-alive connections, {rounds} interleaved rounds")
        own = statistics.median(results["VTS Basic"])
        for name, values in results.items():
            median = statistics.median(values)
            print(f"{name:10} {median:6.0f}   ({min(values):.0f} to {max(values):.0f})   VTS Basic is {own / median:.1f} times that")
