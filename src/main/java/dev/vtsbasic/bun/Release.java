package dev.vtsbasic.bun;

import dev.vtsbasic.build.Dist;

/**
 * What all workers are to run. A worker of another release is replaced.
 *
 * @param number grows with each deployment and each restart that was asked for
 */
record Release(Dist dist, int number) {
    Release next(Dist dist) {
        return new Release(dist, number + 1);
    }
}
