package io.posthorse.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dependencies between packages, and access to files, time, threads and randomness. */
class DirectionsTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("io.posthorse");

    /** The packages, lowest first: each may depend on those that its row names, and on itself. */
    private static final List<List<String>> ALLOWED = List.of(
            List.of("platform"),
            List.of("log", "platform"),
            List.of("replication", "platform", "log"),
            List.of("replication.ratis", "platform", "log", "replication"),
            List.of("broker", "platform", "log", "replication"),
            List.of("net", "platform"),
            List.of("filter"),
            List.of("auth", "platform"),
            List.of("access", "auth"),
            List.of("codec.rocketmq"),
            List.of("codec.grpc"),
            List.of("nameserver", "codec.rocketmq"),
            List.of("format.rocketmq", "platform", "broker", "filter", "access", "codec.rocketmq"),
            List.of("protocol.rocketmq", "platform", "broker", "net", "filter", "access", "codec.rocketmq",
                    "format.rocketmq"),
            List.of("protocol.grpc", "platform", "broker", "net", "access", "codec.grpc", "codec.rocketmq",
                    "format.rocketmq"),
            List.of("protocol.openwire", "platform", "broker", "net", "access"),
            List.of("cli", "server", "codec.rocketmq"),
            List.of("embedded.seam"),
            List.of("embedded.inside", "embedded.seam", "server"),
            List.of("embedded", "server"));

    @Test
    void allClassesOfTheProjectAreImported() {
        assertTrue(CLASSES.size() > 80, "only " + CLASSES.size() + " classes: the rules would hold of nothing");
    }

    @Test
    void dependenciesPointDownwards() {
        for (List<String> row : ALLOWED) {
            String[] outside = CLASSES.stream()
                    .map(c -> c.getPackageName())
                    .distinct()
                    .filter(p -> p.startsWith("io.posthorse."))
                    .filter(p -> row.stream().noneMatch(allowed -> inside(p, allowed)))
                    .toArray(String[]::new);
            noClasses()
                    .that().resideInAPackage("io.posthorse." + row.get(0) + "..")
                    .should().dependOnClassesThat().resideInAnyPackage(outside)
                    .because("dependencies point downwards, and siblings never see each other")
                    .check(CLASSES);
        }
    }

    private static boolean inside(String name, String allowed) {
        return name.equals("io.posthorse." + allowed) || name.startsWith("io.posthorse." + allowed + ".");
    }

    @Test
    void referenceImplementationsOfTestsAreNotOnTheServersClassPath() {
        for (String oracle : List.of("org/apache/rocketmq/filter/SqlFilter.class",
                "org/apache/rocketmq/common/message/Message.class", "com/alibaba/fastjson/JSON.class")) {
            assertNull(DirectionsTest.class.getClassLoader().getResource(oracle), oracle);
        }
    }

    /** A class of the server among those that an application loads would defeat the class loader between the two. */
    @Test
    void embeddedBrokersClassesForApplicationsDependOnTheJdkAndJunitOnly() {
        noClasses()
                .that().resideInAPackage("io.posthorse.embedded..")
                .and().resideOutsideOfPackage("io.posthorse.embedded.inside..")
                .should().dependOnClassesThat().resideOutsideOfPackages(
                        "java..", "org.junit..", "io.posthorse.embedded", "io.posthorse.embedded.seam..")
                .because("the server's classes are on the far side")
                .check(CLASSES);
    }

    /** A row that allows the seam would allow what is below it by name, too. */
    @Test
    void onlyWhoWiresAClusterKnowsTheEnginesAdapter() {
        noClasses()
                .that().resideOutsideOfPackages("io.posthorse.replication.ratis..", "io.posthorse.server..")
                .should().dependOnClassesThat().resideInAPackage("io.posthorse.replication.ratis..")
                .because("a node alone starts without any class of the engine")
                .check(CLASSES);
    }

    @Test
    void onlyTheEnginesAdapterKnowsRatis() {
        noClasses()
                .that().resideOutsideOfPackage("io.posthorse.replication.ratis..")
                .should().dependOnClassesThat().resideInAPackage("org.apache.ratis..")
                .because("the engine stays replaceable, and its libraries are there in cluster mode only")
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.posthorse.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyPlatformTouchesTheOutsideWorld() {
        ArchRule rule = noClasses()
                .that().resideOutsideOfPackages("io.posthorse.platform..", "io.posthorse.cli..", "io.posthorse.quickstart..",
                        "io.posthorse.benchmarks..", "io.posthorse.load..", "io.posthorse.interop..",
                        "io.posthorse.embedded..", "io.posthorse.testkit.files..")
                .should().callMethod(System.class, "currentTimeMillis")
                .orShould().callMethod(System.class, "nanoTime")
                .orShould().callMethod(Thread.class, "sleep", long.class)
                .orShould().callMethod(Math.class, "random")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.nio.file.Files")
                .orShould().dependOnClassesThat().resideInAPackage("java.nio.channels..")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.Executors")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.Random")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.security.SecureRandom")
                .because("a simulation must be able to stand in for time, files, threads and randomness");
        rule.check(CLASSES);
    }

    @Test
    void onlyNetKnowsNettyBeyondItsBuffers() {
        noClasses()
                .that().resideOutsideOfPackage("io.posthorse.net..")
                .and().haveNameNotMatching("io\\.posthorse\\.protocol\\.grpc\\.Grpc(Listener|Connections)(\\$.*)?")
                .should().dependOnClassesThat(com.tngtech.archunit.base.DescribedPredicate.describe(
                        "Netty other than its buffers",
                        c -> c.getPackageName().startsWith("io.netty.") && !c.getPackageName().equals("io.netty.buffer")))
                .because("sessions see connections and buffers; the rest of Netty stays replaceable. The transport of gRPC"
                        + " brings its own pipeline, and two classes set it up")
                .check(CLASSES);
    }

    @Test
    void theCoreIsSingleThreaded() {
        noClasses()
                .that().resideInAnyPackage("io.posthorse.log..", "io.posthorse.broker..")
                .should().dependOnClassesThat().resideInAnyPackage("java.util.concurrent.locks..")
                .orShould().dependOnClassesThat().resideInAPackage("java.util.concurrent.atomic..")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.CompletableFuture")
                .because("one owner calls the core; a lock would hide that somebody else does")
                .check(CLASSES);
    }

    @Test
    void secT04NothingIsDeserialised() {
        noClasses()
                .should().dependOnClassesThat().haveFullyQualifiedName("java.io.ObjectInputStream")
                .orShould().callMethod(Class.class, "forName", String.class)
                .because("no input ever chooses a class")
                .check(CLASSES);
    }

    @Test
    void grpcMessagesAreGeneratedFromThisProjectsDefinition() {
        noClasses()
                .should().dependOnClassesThat().resideInAPackage("apache.rocketmq..")
                .because("the published classes are of a generator with a known denial of service")
                .check(CLASSES);
    }

    @Test
    void secT05CodecsUseNoReflection() {
        noClasses()
                .that().resideInAnyPackage("io.posthorse.codec..", "io.posthorse.format..", "io.posthorse.protocol..",
                        "io.posthorse.nameserver..", "io.posthorse.filter..", "io.posthorse.auth..", "io.posthorse.access..",
                        "io.posthorse.net..")
                // removes the creation of classes by name from the client library's codec, which offers no other way
                .and().doNotHaveFullyQualifiedName("io.posthorse.protocol.openwire.HiddenField")
                .should().dependOnClassesThat().resideInAnyPackage("java.lang.reflect..", "java.lang.invoke.MethodHandles..")
                .orShould().callMethod(ClassLoader.class, "loadClass", String.class)
                .orShould().callMethod(Class.class, "getMethods")
                .orShould().callMethod(Class.class, "getDeclaredFields")
                .because("a name in a frame is a text, and becomes nothing else")
                .check(CLASSES);
    }

    @Test
    void secT01NothingStartsAProcess() {
        noClasses()
                .that().resideOutsideOfPackages("io.posthorse.interop..", "io.posthorse.benchmarks..", "io.posthorse.load..")
                .and().haveNameNotMatching("io\\.posthorse\\.cli\\.UpCommand(\\$.*)?") // starts nodes of this program
                .should().dependOnClassesThat().haveFullyQualifiedName("java.lang.ProcessBuilder")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("java.lang.Process")
                .orShould().dependOnClassesThat().haveFullyQualifiedName("javax.script.ScriptEngineManager")
                .because("no setting and no request can become a command")
                .check(CLASSES);
    }

    @Test
    void classNamesAvoidEmptySuffixes() {
        classes()
                .should().haveNameNotMatching(".*(Impl|Util|Utils|Helper|Manager)$")
                .andShould().haveNameNotMatching(".*\\.(Abstract|Base)[A-Z][A-Za-z]*$")
                .because("such a name hides what the class is for")
                .check(CLASSES);
    }
}
