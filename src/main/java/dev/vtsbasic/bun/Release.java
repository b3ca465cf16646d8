package dev.vtsbasic.bun;

import dev.vtsbasic.build.Dist;

/**
 * What all workers are to run. A worker of another release is replaced.
 *
 * @param number grows from one to the next
 * @param reason why there is another than before, for the log
 */
record Release(Dist dist, int number, String reason) {
    Release next(Dist dist, String reason) {
        return new Release(dist, number + 1, reason);
    }
}
