package dev.vtsbasic.bun;

/**
 * Why a worker is to be replaced.
 *
 * @param reason a clause for the log
 */
record Replacement(RestartCause cause, String reason) {}
