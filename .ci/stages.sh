# Shared by .ci/run and .ci/all, which source it: stages with their times, tools, JDKs, images.
# shellcheck shell=bash
# With CI=true, a test whose tool is missing fails instead of being skipped.
export CI=true
export MAVEN_OPTS="${MAVEN_OPTS:-} -Dorg.slf4j.simpleLogger.log.org.apache.maven.cli.transfer.Slf4jMavenTransferListener=warn"
stages=()

stage() {
  local name=$1 start=$SECONDS
  shift
  echo "== $name"
  "$@"
  stages+=("$(printf '%5d s  %s' "$((SECONDS - start))" "$name")")
  echo "== $name: $((SECONDS - start)) s"
}

# Prints the last lines of a run: the time of each stage, then a description of the run.
summary() {
  printf '%s\n' "${stages[@]}"
  printf '%5d s  in all\n' "$SECONDS"
  echo "$1"
}

install_tools() {
  local missing=() tool
  command -v mvn >/dev/null || missing+=(maven)
  command -v javac >/dev/null || missing+=(openjdk-17-jdk-headless)
  for tool in npm chromium-headless-shell shellcheck haproxy buildah podman runc mmdebstrap "$@"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [ ${#missing[@]} -eq 0 ] && command -v promtool >/dev/null && return
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  [ ${#missing[@]} -eq 0 ] || DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  command -v promtool >/dev/null || unpack_prometheus
}

# Unpacks only the programs, because an installed package would start a server.
unpack_prometheus() {
  local directory
  directory=$(mktemp -d)
  (cd "$directory" && apt-get download -qq prometheus 2>/dev/null)
  dpkg-deb -x "$directory"/prometheus_*.deb "$directory/root"
  install "$directory/root/usr/bin/promtool" "$directory/root/usr/bin/prometheus" /usr/local/bin/
  rm -rf "$directory"
}

find_jdks() {
  default_jdk=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
  newer_jdk=${JDK25_HOME:-$(find /usr/lib/jvm -maxdepth 1 -name "[!.]*25*" 2>/dev/null | sort | head -1 || true)}
  if [ ! -x "$newer_jdk/bin/javac" ]; then
    echo "No JDK 25 found; set JDK25_HOME to test on it too" >&2
    exit 1
  fi
}

# maven_on JDK ARGUMENTS...
maven_on() {
  local jdk=$1
  shift
  JAVA_HOME=$jdk mvn -B -ntp verify "$@"
}

second_build() {
  JAVA_HOME=$default_jdk "$default_jdk/bin/java" src/build/SecondBuild.java
}

# Makes stand-ins for the base images, on which the unmodified Dockerfile builds.
make_bases() {
  images=$(mktemp -d)
  trap remove_images EXIT
  JDK25_HOME=$newer_jdk bash .ci/bases.sh "$images" "${XDG_CACHE_HOME:-$HOME/.cache}/vts-basic-ci"
  # shellcheck source=/dev/null
  . "$images/env.sh"
}
build_images() {
  local build=(timeout 1800 buildah bud --layers --isolation chroot --pull-never --format docker)
  if ! { "${build[@]}" --target tomcat -t vts-basic:tomcat . && "${build[@]}" -t vts-basic . ; } >"$images/log" 2>&1; then
    tail -50 "$images/log"
    return 1
  fi
  podman images vts-basic
}
use_scripts() {
  shellcheck ./*.sh tomcat-conf/*.sh .ci/run .ci/all .ci/*.sh
  ENGINE=podman ./run_on_local_docker.sh --no-build -- -e VTS_ADDRESS=127.0.0.1
  ENGINE=podman ./debug_docker.sh
  podman stop -t 25 vts-basic
  test "$(podman inspect --format '{{.State.ExitCode}}' vts-basic)" = 0
  podman rm vts-basic
}
remove_images() {
  podman rm -f vts-basic >/dev/null 2>&1 || true
  umount -R "$images/storage/overlay" 2>/dev/null || true
  rm -rf "$images"
}
