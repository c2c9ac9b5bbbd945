/**
 * The replicated log on Apache Ratis, and the only package that knows it. Begin with {@link
 * io.posthorse.replication.ratis.RatisGroup}; what the engine leaves to its user is cured here, a class each: torn files
 * before a start ({@link io.posthorse.replication.ratis.EngineFiles}), a port that anyone may use ({@link
 * io.posthorse.replication.ratis.PortGuard}), leaders that are cut off ({@link io.posthorse.replication.ratis.Watch}),
 * installs that a change of leaders leaves hanging ({@link io.posthorse.replication.ratis.CatchUps}).
 */
package io.posthorse.replication.ratis;
