package dev.vtsbasic.asset;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.traffic.AssetOutcome;
import dev.vtsbasic.traffic.ContentCoding;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Enumeration;
import java.util.List;
import java.util.UUID;

/** Sends the response to one request for an asset: coding, preconditions, ranges (RFC 9110 §12 to §14). */
final class AssetResponse {
    private final SecurityHeaders headers;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final RequestRecord record;
    private final boolean isGet;

    private AssetResponse(
            SecurityHeaders headers, HttpServletRequest request, HttpServletResponse response, RequestRecord record) {
        this.headers = headers;
        this.request = request;
        this.response = response;
        this.record = record;
        this.isGet = request.getMethod().equals("GET");
    }

    static void send(
            Asset asset,
            Modified modified,
            SecurityHeaders headers,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            response.setHeader("Allow", "GET, HEAD");
            sendText(AssetOutcome.NOT_ALLOWED, "405 Method Not Allowed", headers, request, response);
            return;
        }
        new AssetResponse(headers, request, response, RequestRecord.of(request)).send(asset, modified);
    }

    /** Sends a short text in place of a file: an error, which caches must not store. */
    static void sendText(
            AssetOutcome outcome,
            String text,
            SecurityHeaders headers,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        RequestRecord record = RequestRecord.of(request);
        record.setAsset(outcome);
        response.setStatus(outcome.status());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Content-Type", "text/plain; charset=utf-8");
        headers.addMissing(request, response);
        byte[] body = (text + '\n').getBytes(StandardCharsets.US_ASCII);
        response.setContentLength(body.length);
        record.addSent(request.getMethod().equals("HEAD") ? 0 : body.length);
        response.getOutputStream().write(body);
    }

    private void send(Asset asset, Modified modified) throws IOException {
        if (asset.negotiated()) {
            response.setHeader("Vary", "Accept-Encoding");
        }
        Representation chosen = asset.negotiated()
                ? AcceptEncoding.choose(asset.representations(), acceptEncoding())
                : asset.representations()[0];
        if (chosen == null) {
            sendText(AssetOutcome.NOT_ACCEPTABLE, "406 Not Acceptable", headers, request, response);
            return;
        }
        Preconditions.Outcome outcome = Preconditions.evaluate(request, chosen.entityTag(), modified);
        if (outcome == Preconditions.Outcome.FAILED) {
            sendText(AssetOutcome.PRECONDITION_FAILED, "412 Precondition Failed", headers, request, response);
            return;
        }
        ByteRanges wanted = outcome == Preconditions.Outcome.PROCEED ? ranges(chosen, modified) : null;
        if (wanted != null && wanted.ranges().isEmpty()) {
            response.setHeader("Content-Range", "bytes */" + chosen.length());
            sendText(AssetOutcome.NO_SUCH_RANGE, "416 Range Not Satisfiable", headers, request, response);
            return;
        }
        if (outcome != Preconditions.Outcome.NOT_MODIFIED && !chosen.isAvailable()) {
            // The error carries no header field of the file, because caches would keep it for as long as the file.
            sendText(AssetOutcome.UNKNOWN, "404 Not Found", headers, request, response);
            return;
        }
        record.setCoding(ContentCoding.of(chosen.token()));
        response.setHeader("ETag", chosen.entityTag());
        response.setHeader("Cache-Control", asset.cacheControl());
        response.setHeader("Last-Modified", modified.httpDate());
        if (outcome == Preconditions.Outcome.NOT_MODIFIED) {
            record.setAsset(AssetOutcome.NOT_MODIFIED);
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (chosen.coding() == null) {
            // Coded files do not announce ranges, because a part of one is useless. A Range field still has effect.
            response.setHeader("Accept-Ranges", "bytes");
        } else {
            response.setHeader("Content-Encoding", chosen.coding().token());
        }
        record.setAsset(wanted == null ? AssetOutcome.WHOLE : AssetOutcome.PART);
        record.markFirstByte();
        if (wanted == null) {
            response.setHeader("Content-Type", asset.mediaType());
            headers.addMissing(request, response);
            sendRange(chosen, new ByteRanges.ByteRange(0, chosen.length() - 1));
        } else {
            headers.addMissing(request, response);
            sendPartial(asset, chosen, wanted.ranges());
        }
    }

    /** All lines, joined by commas; null if there is none. A single line, the usual case, is not copied. */
    private String acceptEncoding() {
        Enumeration<String> lines = request.getHeaders("Accept-Encoding");
        if (!lines.hasMoreElements()) {
            return null;
        }
        String line = lines.nextElement();
        while (lines.hasMoreElements()) {
            line += "," + lines.nextElement();
        }
        return line;
    }

    /** Null if the whole is to be sent, also for several Range lines, because it is unclear which one is meant. */
    private ByteRanges ranges(Representation chosen, Modified modified) {
        Enumeration<String> lines = request.getHeaders("Range");
        if (!isGet || !lines.hasMoreElements()) {
            return null;
        }
        String line = lines.nextElement();
        return !lines.hasMoreElements() && Preconditions.rangeHolds(request, chosen.entityTag(), modified)
                ? ByteRanges.parse(line, chosen.length())
                : null;
    }

    private void sendPartial(Asset asset, Representation chosen, List<ByteRanges.ByteRange> ranges) throws IOException {
        response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
        if (ranges.size() == 1) {
            response.setHeader("Content-Type", asset.mediaType());
            response.setHeader("Content-Range", ranges.get(0).of(chosen.length()));
            sendRange(chosen, ranges.get(0));
        } else {
            sendMultipart(asset.mediaType(), chosen, ranges);
        }
    }

    private void sendRange(Representation chosen, ByteRanges.ByteRange part) throws IOException {
        response.setContentLengthLong(part.length());
        record.addSent(isGet ? part.length() : 0);
        if (isGet && part.length() > 0 && !Sendfile.handOver(request, chosen, part)) {
            ServletOutputStream out = response.getOutputStream();
            AssetBody.write(chosen, part, out);
            if (part.length() >= Sendfile.MIN_BYTES) {
                // Flush here, because the request counts as in-flight only until this returns, and a slow client may
                // not have taken the last bytes yet.
                out.flush();
            }
        }
    }

    /** Sends several ranges as multipart/byteranges (RFC 9110 §14.6). */
    private void sendMultipart(String mediaType, Representation chosen, List<ByteRanges.ByteRange> ranges)
            throws IOException {
        String boundary = UUID.randomUUID().toString();
        List<byte[]> heads = ranges.stream()
                .map(range -> ("\r\n--" + boundary + "\r\nContent-Type: " + mediaType + "\r\nContent-Range: "
                                + range.of(chosen.length()) + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII))
                .toList();
        byte[] end = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
        response.setHeader("Content-Type", "multipart/byteranges; boundary=" + boundary);
        long length = end.length
                + heads.stream().mapToLong(head -> head.length).sum()
                + ranges.stream().mapToLong(ByteRanges.ByteRange::length).sum();
        response.setContentLengthLong(length);
        record.addSent(length);
        ServletOutputStream out = response.getOutputStream();
        for (int i = 0; i < ranges.size(); i++) {
            out.write(heads.get(i));
            AssetBody.write(chosen, ranges.get(i), out);
        }
        out.write(end);
        out.flush();
    }
}
