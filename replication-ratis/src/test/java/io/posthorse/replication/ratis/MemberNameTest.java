package io.posthorse.replication.ratis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class MemberNameTest {
    @Test
    void theNameIsTheOneCommonName() {
        assertEquals("n1", MemberName.of("CN=n1"));
        assertEquals("n1", MemberName.of("CN=n1,O=Example,C=DE"));
        assertEquals("n1,CN=n2", MemberName.of("CN=n1\\,CN\\=n2,O=Example"), "an escaped name is one name");
    }

    @Test
    void noneOrSeveralAreNoName() {
        assertNull(MemberName.of("O=Example"));
        assertNull(MemberName.of("CN=n1,CN=n2"));
        assertNull(MemberName.of("CN=n1+CN=n2"));
        assertNull(MemberName.of(""));
    }
}
