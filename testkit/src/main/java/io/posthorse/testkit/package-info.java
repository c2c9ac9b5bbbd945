/** A simulated environment for tests: time, randomness, background work and files with faults, all of it repeatable. */
package io.posthorse.testkit;
