"""Measures the CPU time of one proxied request for a page of 9 kB: VTS Basic, nginx, HAProxy and Caddy in front of the
same server, in turn, several rounds in one run.

    python3 bench/proxy_cpu.py [--rounds 3] [--seconds 8]

Needs target/vts-basic.war (`mvn package`), and wrk, nginx, haproxy and caddy on the PATH. JAVA sets another java.
"""
import argparse

from servers import BUN, Servers, free_port

SERVER = """
const page = new Uint8Array(9000).fill(97);
Bun.serve({ hostname: "127.0.0.1", port: PORT, idleTimeout: 0,
  fetch: () => new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } }) });
"""
NGINX = """daemon off; worker_processes 2; error_log stderr error; pid DIR/nginx.pid;
events { worker_connections 1024; }
http { access_log off; client_body_temp_path DIR/b; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f;
  uwsgi_temp_path DIR/u; scgi_temp_path DIR/s; keepalive_requests 1000000;
  upstream app { server 127.0.0.1:UPSTREAM; keepalive 64; keepalive_requests 1000000; }
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
  server s 127.0.0.1:UPSTREAM
"""
CADDY = """{
  admin off
  auto_https off
}
http://127.0.0.1:PORT {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:UPSTREAM
}
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    options = parser.parse_args()
    with Servers() as servers:
        upstream = free_port()
        servers.write("server.js", SERVER, PORT=upstream)
        servers.start(upstream, str(BUN), "server.js")
        servers.vts(VTS_UPSTREAM=f"http://127.0.0.1:{upstream}")
        servers.nginx(NGINX, UPSTREAM=upstream)
        servers.haproxy(HAPROXY, UPSTREAM=upstream)
        servers.caddy(CADDY, UPSTREAM=upstream)
        servers.compare("proxied 9 kB page", "/", options.rounds, options.seconds)


main()
