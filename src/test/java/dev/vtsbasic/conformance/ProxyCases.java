package dev.vtsbasic.conformance;

import dev.vtsbasic.conformance.failure.ClientDisconnectCases;
import dev.vtsbasic.conformance.failure.CutResponseCases;
import dev.vtsbasic.conformance.failure.ErrorPageCases;
import dev.vtsbasic.conformance.failure.MalformedResponseCases;
import dev.vtsbasic.conformance.failure.RetryCases;
import dev.vtsbasic.conformance.failure.TimeoutCases;
import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Suite;
import dev.vtsbasic.conformance.proxy.ConnectionCases;
import dev.vtsbasic.conformance.proxy.CutRequestCases;
import dev.vtsbasic.conformance.proxy.ExpectContinueCases;
import dev.vtsbasic.conformance.proxy.ForwardingCases;
import dev.vtsbasic.conformance.proxy.InterimResponseCases;
import dev.vtsbasic.conformance.proxy.RefusedBodyCases;
import dev.vtsbasic.conformance.proxy.RequestBodyCases;
import dev.vtsbasic.conformance.proxy.RequestHeaderCases;
import dev.vtsbasic.conformance.proxy.RequestLineCases;
import dev.vtsbasic.conformance.proxy.ResponseBodyCases;
import dev.vtsbasic.conformance.proxy.ResponseHeaderCases;
import dev.vtsbasic.conformance.proxy.StreamingCases;
import dev.vtsbasic.conformance.proxy.UpgradeCases;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All cases for the proxy. */
final class ProxyCases {
    private ProxyCases() {}

    /** The cases, grouped by topic. */
    static Map<String, List<Case>> all() {
        Map<String, List<Case>> cases = new LinkedHashMap<>();
        cases.put("Request line", RequestLineCases.all());
        cases.put("Request header", RequestHeaderCases.all());
        cases.put(
                "Request body",
                joined(List.of(
                        RequestBodyCases.all(),
                        ExpectContinueCases.all(),
                        RefusedBodyCases.all(),
                        CutRequestCases.all())));
        cases.put(
                "Response",
                joined(List.of(ResponseHeaderCases.all(), ResponseBodyCases.all(), InterimResponseCases.all())));
        cases.put("Streaming", StreamingCases.all());
        cases.put("Connections", ConnectionCases.all());
        cases.put(
                "Failure",
                joined(List.of(
                        CutResponseCases.all(),
                        MalformedResponseCases.all(),
                        TimeoutCases.all(),
                        RetryCases.all(),
                        ClientDisconnectCases.all(),
                        ErrorPageCases.all())));
        cases.put("Upgrade", UpgradeCases.all());
        cases.put("Forwarding", ForwardingCases.all());
        return Suite.withUniqueNames(cases);
    }

    private static List<Case> joined(List<List<Case>> cases) {
        return cases.stream().flatMap(List::stream).toList();
    }
}
