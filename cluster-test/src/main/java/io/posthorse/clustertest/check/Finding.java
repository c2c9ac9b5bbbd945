package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Place;

/**
 * Something that is wrong.
 *
 * @param replica the replica concerned; empty where it is none in particular
 * @param place where; the partition may be open
 * @param offset its offset, or -1
 * @param id the message, group or transaction concerned
 * @param detail what was seen
 */
public record Finding(Verdict verdict, String replica, Place place, long offset, String id, String detail) {
    @Override
    public String toString() {
        return verdict + (replica.isEmpty() ? "" : " on " + replica) + ": " + id + " at " + place + " " + offset
                + ": " + detail;
    }
}
