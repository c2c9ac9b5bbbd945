package io.posthorse.broker;

/** The time that has passed in a simulated life, by which promises are judged, whatever clocks say. */
interface PassedTime {
    /** How many times as long as usual everything takes. */
    int pace();

    /** The time that a clock that is right tells, ms since 1970. */
    long now();

    /** A step of the world began at a time; the present turn, if it is a new one, no sooner, with a time of the broker. */
    void turn(long number, long sinceMs, long brokerMs);

    /** What is promised so many ms from the present turn on. */
    WorldTime.Due in(long ms);

    /** What is promised for a time, by somebody whose clock is right. */
    WorldTime.Due at(long ms);

    boolean isOver(WorldTime.Due due);
}
