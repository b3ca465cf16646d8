#!/bin/bash
# bases.sh DIRECTORY [CACHE]
# Makes stand-ins for the base images of the Dockerfile, so that the unmodified file builds on machines that cannot
# reach an image registry. Writes DIRECTORY/env.sh, which tells buildah and podman where the images are. CACHE keeps the
# Debian root file system for the next run. Before DIRECTORY is removed: umount -R DIRECTORY/storage/overlay.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
directory=$(cd "$1" && pwd)
cache=${2:-$directory}
mkdir -p "$cache"
jdk=${JDK25_HOME:?the home of a JDK 25}

cat >"$directory/storage.conf" <<X
[storage]
driver = "overlay"
graphroot = "$directory/storage"
runroot = "$directory/run"
X
# Limits that an engine without full rights can still set for a container.
cat >"$directory/containers.conf" <<X
[containers]
default_ulimits = ["nofile=8192:8192","nproc=8192:8192"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
X
echo "export CONTAINERS_STORAGE_CONF=$directory/storage.conf CONTAINERS_CONF=$directory/containers.conf" >"$directory/env.sh"
# shellcheck source=/dev/null
. "$directory/env.sh"

# Prints the image that the Dockerfile names for a base: image_of BUN
image_of() {
  sed -n "s|^ARG $1=||p" "$top/Dockerfile"
}
# Prints the version in that image's name.
version_of() {
  image_of "$1" | sed 's/.*:\([0-9.]*\).*/\1/'
}
build() {
  buildah bud -q --isolation chroot --pull-never --format docker -f "$1" -t "$2" "$directory/context" >/dev/null
}
fetch() {
  mvn -q -B dependency:copy -f "$directory/context/pom.xml" -Dartifact="$1" -DoutputDirectory="$directory/context" \
    -Dmdep.stripVersion=true
}

root=$cache/$(image_of DEBIAN | tr -c 'a-z0-9.\n' -).tar
if [ ! -s "$root" ]; then
  mirror=$(awk '/^URIs: *http/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
  mirror=${mirror:-http://deb.debian.org/debian}
  mmdebstrap -q --format=tar --variant=minbase --components=main --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    trixie "$root.part" "$mirror"
  mv "$root.part" "$root"
fi
debian=docker.io/library/$(image_of DEBIAN)
podman import -q --change 'CMD ["bash"]' \
  --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$root" "$debian" >/dev/null

mkdir -p "$directory/context"
cd "$directory/context"
cat >pom.xml <<X
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>bases</groupId><artifactId>bases</artifactId><version>1</version><packaging>pom</packaging></project>
X
echo '{ "private": true }' >package.json
npm install --loglevel=error "bun@$(version_of BUN)" >/dev/null
cp node_modules/bun/bin/bun.exe bun
echo node_modules >.dockerignore
cp -f /etc/ssl/certs/ca-certificates.crt .
cat >bun.dockerfile <<X
FROM $debian
COPY bun /usr/local/bin/bun
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN ln -s bun /usr/local/bin/bunx && groupadd -g 1000 bun && useradd -u 1000 -g bun -m bun && mkdir -p /home/bun/app
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
WORKDIR /home/bun/app
CMD ["/usr/local/bin/bun"]
X
build bun.dockerfile "docker.io/$(image_of BUN)"

fetch "org.apache.maven:apache-maven:$(version_of MAVEN):tar.gz:bin"
mv -f apache-maven*.tar.gz maven.tar.gz
rm -rf jdk
cp -a "$jdk" jdk
rm jdk/lib/security/cacerts
cp -L /etc/ssl/certs/java/cacerts jdk/lib/security/cacerts
cat >maven.dockerfile <<X
FROM $debian
COPY jdk /opt/java/openjdk
ADD maven.tar.gz /usr/share/
RUN mv /usr/share/apache-maven-* /usr/share/maven && ln -s /usr/share/maven/bin/mvn /usr/bin/mvn
ENV JAVA_HOME=/opt/java/openjdk MAVEN_HOME=/usr/share/maven LANG=C.UTF-8
ENV PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["mvn"]
X
build maven.dockerfile "docker.io/library/$(image_of MAVEN)"

fetch "org.apache.tomcat:tomcat:$(version_of TOMCAT):tar.gz"
# Any user may read Tomcat, as in the official image.
cat >tomcat.dockerfile <<X
FROM $debian
COPY jdk /opt/java/openjdk
ADD tomcat.tar.gz /usr/local/
RUN mv /usr/local/apache-tomcat-* /usr/local/tomcat && rm -rf /usr/local/tomcat/webapps \\
  && mkdir /usr/local/tomcat/webapps && chmod -R a+rX /usr/local/tomcat
ENV JAVA_HOME=/opt/java/openjdk CATALINA_HOME=/usr/local/tomcat
ENV PATH=/usr/local/tomcat/bin:/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
WORKDIR /usr/local/tomcat
CMD ["catalina.sh", "run"]
X
build tomcat.dockerfile "docker.io/library/$(image_of TOMCAT)"
