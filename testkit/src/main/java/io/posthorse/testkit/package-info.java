/** A world that tests can steer: time, chance, background work and files with faults, all of it repeatable. */
package io.posthorse.testkit;
