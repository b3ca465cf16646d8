"""CPU time that a front spends on one proxied page of 9 kB: VTS Basic, nginx, HAProxy and Caddy before the same server,
in turn, several rounds in one run.

    python3 bench/proxy_cpu.py [--rounds 3] [--seconds 8]

Needs target/vts-basic.war (`mvn package`), and wrk, nginx, haproxy and caddy on the PATH. JAVA names another java.
"""
import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUN = ROOT / "target/bun/WEB-INF/bun/bun"
SERVER = """
const page = new Uint8Array(9000).fill(97);
Bun.serve({ hostname: "127.0.0.1", port: PORT, idleTimeout: 0,
  fetch: () => new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } }) });
"""
NGINX = """daemon off; worker_processes 2; error_log stderr error; pid DIR/nginx.pid;
events { worker_connections 1024; }
http { access_log off; client_body_temp_path DIR/b; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f;
  uwsgi_temp_path DIR/u; scgi_temp_path DIR/s; keepalive_requests 1000000;
  upstream app { server 127.0.0.1:UP; keepalive 64; keepalive_requests 1000000; }
  server { listen 127.0.0.1:PORT; location / { proxy_pass http://app; proxy_http_version 1.1;
    proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_buffering off; } } }
"""
HAPROXY = """global
  nbthread 2
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend f
  bind 127.0.0.1:PORT
  default_backend b
backend b
  server s 127.0.0.1:UP
"""
CADDY = """{
  admin off
  auto_https off
}
http://127.0.0.1:PORT {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:UP
}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def children(pid):
    pids = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
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
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}:\n{log.read_text()}")


def load(port, seconds):
    out = subprocess.run(["wrk", "-t1", "-c32", f"-d{seconds}s", f"http://127.0.0.1:{port}/"], capture_output=True, text=True)
    if "Non-2xx" in out.stdout or "Socket errors" in out.stdout:
        print(out.stdout)
    return int(re.search(r"(\d+) requests in", out.stdout).group(1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    options = parser.parse_args()
    directory = Path(tempfile.mkdtemp())
    started = []

    def start(*command, **environment):
        log = open(directory / (Path(command[0]).name + ".log"), "w")
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log, cwd=directory)
        started.append(process)
        return process.pid

    try:
        up = free_port()
        (directory / "server.js").write_text(SERVER.replace("PORT", str(up)))
        start(str(BUN), "server.js")
        await_answer(up, directory / "bun.log")
        fronts = {}
        for name in ("VTS Basic", "nginx", "HAProxy", "Caddy"):
            port = free_port()
            if name == "VTS Basic":
                pid = start(os.environ.get("JAVA", "java"), "-jar", str(ROOT / "target/vts-basic.war"),
                            VTS_UPSTREAM=f"http://127.0.0.1:{up}", VTS_ADDRESS="127.0.0.1", VTS_PORT=str(port))
            elif name == "nginx":
                conf = NGINX.replace("DIR", str(directory)).replace("PORT", str(port)).replace("UP", str(up))
                (directory / "nginx.conf").write_text(conf)
                pid = start("nginx", "-c", str(directory / "nginx.conf"), "-p", str(directory))
            elif name == "HAProxy":
                (directory / "haproxy.cfg").write_text(HAPROXY.replace("PORT", str(port)).replace("UP", str(up)))
                pid = start("haproxy", "-db", "-f", str(directory / "haproxy.cfg"))
            else:
                (directory / "Caddyfile").write_text(CADDY.replace("PORT", str(port)).replace("UP", str(up)))
                pid = start("caddy", "run", "--config", "Caddyfile", HOME=str(directory))
            await_answer(port, directory / (Path(started[-1].args[0]).name + ".log"))
            fronts[name] = (port, pid)
        for port, _ in fronts.values():
            load(port, 15)
        results = {name: [] for name in fronts}
        for round_number in range(options.rounds):
            for name, (port, pid) in fronts.items():
                before = cpu_seconds(pid)
                count = load(port, options.seconds)
                results[name].append((cpu_seconds(pid) - before) / count * 1e6)
        print(f"CPU µs per proxied 9 kB page, 32 keep-alive connections, {options.rounds} interleaved rounds")
        own = statistics.median(results["VTS Basic"])
        for name, values in results.items():
            median = statistics.median(values)
            print(f"{name:10} {median:6.0f}   ({min(values):.0f} to {max(values):.0f})   VTS Basic is {own / median:.1f} times that")
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(30)
        shutil.rmtree(directory)


main()
