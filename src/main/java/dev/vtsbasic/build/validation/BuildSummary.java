package dev.vtsbasic.build.validation;

import java.nio.file.Path;

/**
 * A summary of a build's content.
 *
 * @param root the build's directory
 * @param base the path in front of the build's URLs, derived from these: {@code /}, or {@code /shop/}
 * @param isBaseAssumed whether no URL of the build shows the base, so that {@code base} is only assumed to be {@code /}
 * @param files how many client files the build has
 * @param references how many client files the build names, the missing ones included
 */
public record BuildSummary(Path root, String base, boolean isBaseAssumed, int files, int references) {}
