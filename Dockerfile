# The images of VTS Basic. `docker build -t vts-basic .` builds the one with an embedded Tomcat (target `embedded`),
# `docker build --target tomcat -t vts-basic:tomcat .` the one on the official Tomcat image. See docs/docker.md.

# Pinned by tag; --build-arg DEBIAN=debian@sha256:… pins the content. A test checks these versions.
ARG BUN=oven/bun:1.4.5-slim
ARG MAVEN=maven:3.9.16-eclipse-temurin-25
ARG DEBIAN=debian:13.8-slim
ARG TOMCAT=tomcat:11.0.24-jdk25-temurin

# The web app.
FROM ${BUN} AS webapp
WORKDIR /src/webapp
COPY webapp/package.json webapp/bun.lock ./
RUN --mount=type=cache,target=/bun-cache BUN_INSTALL_CACHE_DIR=/bun-cache /usr/local/bin/bun install --frozen-lockfile
# Without .gitignore, Tailwind would also read an earlier build.
COPY .gitignore ../
COPY webapp/ ./
RUN /usr/local/bin/bun run build

# The WAR, without Bun inside it, and a Java runtime with only the modules that the WAR needs.
FROM ${MAVEN} AS war
WORKDIR /src
COPY pom.xml ./
COPY src/ src/
COPY webapp/package.json webapp/bun.lock webapp/
COPY --from=webapp /src/webapp/dist/ webapp/dist/
COPY --from=webapp /usr/local/bin/bun /usr/local/bin/bun
RUN --mount=type=cache,target=/root/.m2 \
    mkdir -p target/bun && mvn -B -ntp -q -Dmaven.test.skip -Dspotless.check.skip -Dwebapp.skip -Dbun=/usr/local/bin/bun package
# Tomcat needs only java.beans of java.desktop, so the rest is left out: 9 MB of AWT and Swing. One file of each package
# stays, because jlink rejects a module with an empty package.
RUN "$JAVA_HOME/bin/jimage" list --include 'regex:/java.desktop/.*' "$JAVA_HOME/lib/modules" \
    | awk '{ package = $1; sub("/[^/]*$", "", package) } package !~ "beans" && seen[package]++ { print "/java.desktop/" $1 }' \
    > /tmp/unused
# jdk.unsupported has the signal handlers; jdk.jcmd and jdk.management.agent let operators inspect a running JVM.
RUN cd target/vts-basic/WEB-INF && "$JAVA_HOME/bin/jlink" --output /opt/jre --compress zip-9 \
    --strip-java-debug-attributes --no-header-files --no-man-pages \
    --exclude-files='regex:/java\.desktop/lib/.*' --exclude-resources=@/tmp/unused \
    --add-modules "$("$JAVA_HOME/bin/jdeps" --multi-release 25 --ignore-missing-deps --print-module-deps \
        -cp 'lib/*:lib-provided/*' lib/*.jar lib-provided/*.jar 2>/dev/null | tail -n 1),jdk.unsupported,jdk.jcmd,jdk.management.agent"

# All files at their paths in the image, and the AOT cache, made by a run of exactly these files.
FROM ${DEBIAN} AS root
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils libstdc++6
COPY --from=webapp /usr/local/bin/bun /usr/local/bin/bun
COPY --from=war /opt/jre/ /opt/java/
RUN find /opt/java/lib -name '*.so' -exec strip --strip-unneeded {} +
COPY --from=war /src/target/vts-basic/WEB-INF/ /opt/vts/WEB-INF/
COPY --from=war /src/target/vts-basic/META-INF/sbom/ /opt/vts/sbom/
COPY src/image/java.args src/image/healthcheck.js /opt/vts/
COPY src/image/train.js /train/
RUN { echo -n '-cp '; ls /opt/vts/WEB-INF/lib*/*.jar | paste -sd: -; echo dev.vtsbasic.Main; } >> /opt/vts/java.args
RUN timeout 120 bun /train/train.js
# The parts of Debian that are needed: the C library, and libgcc and libstdc++ for native add-ons of an app.
RUN mkdir -p /rootfs/tmp /rootfs/etc /owned/archive && chmod 1777 /rootfs/tmp \
 && { ldd /usr/local/bin/bun /opt/java/bin/java /opt/java/lib/*.so /opt/java/lib/server/libjvm.so \
        | awk '/=> \/(usr\/)?lib/ { print $3 } /^\t\// { print $1 }'; \
      ls /usr/lib/*-linux-gnu/libresolv.so.2 /usr/lib/*-linux-gnu/libgcc_s.so.1 /usr/lib/*-linux-gnu/libstdc++.so.6; } \
    | sort -u | while read -r file; do cp -L --parents "$file" /rootfs; done \
 && echo 'vts:x:65532:65532::/nonexistent:/nonexistent' > /rootfs/etc/passwd \
 && echo 'vts:x:65532:' > /rootfs/etc/group \
 && echo 'hosts: files dns' > /rootfs/etc/nsswitch.conf

# The official Tomcat image, configured by tomcat-conf/.
FROM ${TOMCAT} AS tomcat
COPY tomcat-conf/server.xml tomcat-conf/context.xml tomcat-conf/logging.properties /usr/local/tomcat/conf/
COPY tomcat-conf/setenv.sh /usr/local/tomcat/bin/
COPY --from=webapp /usr/local/bin/bun /usr/local/bin/bun
COPY --from=war /src/target/vts-basic/META-INF/sbom/ /usr/local/tomcat/webapps/ROOT/META-INF/sbom/
COPY --from=war /src/target/vts-basic/WEB-INF/web.xml /usr/local/tomcat/webapps/ROOT/WEB-INF/
COPY --from=war /src/target/vts-basic/WEB-INF/lib/ /usr/local/tomcat/webapps/ROOT/WEB-INF/lib/
COPY --from=war /src/target/vts-basic/WEB-INF/app/ /usr/local/tomcat/webapps/ROOT/WEB-INF/app/
COPY src/image/healthcheck.js /opt/vts/
COPY --from=root --chown=65532:65532 /owned/ /
ENV CATALINA_TMPDIR=/tmp
ARG REVISION=unknown
LABEL org.opencontainers.image.title="VTS Basic" \
      org.opencontainers.image.description="A Bun server-rendered web app behind a Java servlet container" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}"
USER 65532:65532
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["bun", "/opt/vts/healthcheck.js"]

# Only the files that run. The last target, so the one that is built by default.
FROM scratch AS embedded
COPY --from=root /rootfs/ /
# Mount point of a volume for VTS_ASSET_ARCHIVE: a new volume gets the owner of this directory.
COPY --from=root --chown=65532:65532 /owned/ /
COPY --from=root /usr/local/bin/bun /usr/local/bin/bun
COPY --from=root /opt/java/ /opt/java/
COPY --from=root /opt/vts/ /opt/vts/
ENV PATH=/usr/local/bin:/opt/java/bin LANG=C.UTF-8
ARG REVISION=unknown
LABEL org.opencontainers.image.title="VTS Basic" \
      org.opencontainers.image.description="A Bun server-rendered web app behind a Java servlet container" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}"
USER 65532:65532
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["bun", "/opt/vts/healthcheck.js"]
ENTRYPOINT ["/opt/java/bin/java", "-XX:AOTCache=/opt/vts/vts.aot", "@/opt/vts/java.args"]
