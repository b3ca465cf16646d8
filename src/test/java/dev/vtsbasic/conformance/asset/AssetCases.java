package dev.vtsbasic.conformance.asset;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Suite;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All cases for assets. */
final class AssetCases {
    private AssetCases() {}

    /** The cases, grouped by topic. */
    static Map<String, List<Case>> all() {
        Map<String, List<Case>> cases = new LinkedHashMap<>();
        cases.put("Conditions", ConditionCases.all());
        cases.put("Ranges", RangeCases.all());
        cases.put("Codings", CodingCases.all());
        cases.put("Methods, fields and paths", AssetFieldCases.all());
        return Suite.withUniqueNames(cases);
    }
}
