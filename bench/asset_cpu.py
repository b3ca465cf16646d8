"""Measures the CPU time of one request for a static file of 12 kB and of 170 kB: VTS Basic, nginx and Caddy in turn,
several rounds in one run.

    python3 bench/asset_cpu.py [--rounds 3] [--seconds 6]

Needs target/vts-basic.war (`mvn package`), and wrk, nginx and caddy on the PATH. JAVA sets another java.
"""
import argparse
import random

from servers import Servers

SIZES = (12_000, 170_000)
SERVER = "export default { fetch: () => new Response('') };\n"
NGINX = """daemon off; worker_processes 2; error_log stderr error; pid DIR/nginx.pid;
events { worker_connections 1024; }
http { access_log off; client_body_temp_path DIR/b; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f;
  uwsgi_temp_path DIR/u; scgi_temp_path DIR/s; keepalive_requests 1000000;
  sendfile on; tcp_nopush on; open_file_cache max=1000 inactive=60s;
  server { listen 127.0.0.1:PORT; root DIR/client; location /assets/ {
    expires max; add_header Cache-Control "public, immutable"; add_header X-Content-Type-Options nosniff; } } }
"""
CADDY = """{
  admin off
  auto_https off
}
http://127.0.0.1:PORT {
  bind 127.0.0.1
  root * DIR/client
  file_server
}
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    options = parser.parse_args()
    with Servers() as servers:
        assets = servers.directory / "client/assets"
        assets.mkdir(parents=True)
        for size in SIZES:
            (assets / f"file-{size}.bin").write_bytes(random.Random(size).randbytes(size))
        (servers.directory / "server").mkdir()
        servers.write("server/server.js", SERVER)
        servers.vts(VTS_APP_DIR=str(servers.directory))
        servers.nginx(NGINX)
        servers.caddy(CADDY)
        for size in SIZES:
            servers.compare(f"file of {size // 1000} kB", f"/assets/file-{size}.bin", options.rounds, options.seconds)


main()
