package dev.vtsbasic.bun;

/**
 * Why a worker is to be replaced.
 *
 * @param reason for the log
 */
record Replacement(RestartCause cause, String reason) {}
