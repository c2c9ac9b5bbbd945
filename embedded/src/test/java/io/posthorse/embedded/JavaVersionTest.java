package io.posthorse.embedded;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class JavaVersionTest {
    @Test
    void anOldJvmIsRefusedWithAdvice() {
        for (String version : new String[] {"1.8", "11", "17"}) {
            String message = assertThrows(
                    BrokerStartException.class, () -> JavaVersion.check(version, "/opt/jdk")).getMessage();
            assertTrue(message.contains("needs Java 21 or later") && message.contains("/opt/jdk"), message);
            assertTrue(message.contains("this JVM is Java " + version.replace("1.8", "8") + " "), message);
        }
        assertDoesNotThrow(() -> JavaVersion.check("21", "/opt/jdk"));
        assertDoesNotThrow(() -> JavaVersion.check("25", "/opt/jdk"));
    }
}
