package dev.vtsbasic.asset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptEncodingTest {
    private static final Representation[] SHORTEST_FIRST = {
        representation(Coding.BROTLI, 10),
        representation(Coding.ZSTD, 11),
        representation(Coding.GZIP, 12),
        representation(null, 100)
    };

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            -                               | identity
            ''                              | identity
            ','                             | identity
            identity                        | identity
            deflate                         | identity
            gzipped, xgzip, g*              | identity
            *                               | br
            gzip, deflate, br, zstd         | br
            gzip, zstd                      | zstd
            GZIP                            | gzip
            x-gzip                          | gzip
            x-gzip, gzip;q=0                | identity
            gzip;q=0                        | identity
            gzip;q=0.                       | identity
            gzip;q=0.000                    | identity
            gzip ; Q=0, identity;q=0        | none
            gzip;q=0.001                    | gzip
            gzip;q=1.000                    | gzip
            gzip;q=0.2, identity;q=0.8      | identity
            br;q=0.1, gzip;q=0.11           | gzip
            br;q=0, zstd;q=0, *             | gzip
            gzip;q=0, *;q=0.5               | br
            *;q=0.5, gzip                   | gzip
            *;q=0, zstd                     | zstd
            *;q=0, identity                 | identity
            *;q=0                           | none
            identity;q=0                    | none
            identity;q=0, deflate           | none
            identity;q=0, *                 | br
            identity;q=0, gzip;q=0.001      | gzip
            """)
    void theHighestWeightIsChosenAndOfEqualWeightsTheShortest(String line, String token) {
        Representation chosen = AcceptEncoding.choose(SHORTEST_FIRST, line);
        assertEquals(token, chosen == null ? "none" : chosen.token());
    }

    private static Representation representation(Coding coding, long length) {
        return new Representation(coding, length, "\"tag\"", null, null);
    }
}
