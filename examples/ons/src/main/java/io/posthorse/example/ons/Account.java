package io.posthorse.example.ons;

import com.aliyun.openservices.ons.api.PropertyKeyConst;
import java.util.Map;
import java.util.Properties;

/** Where the broker is, and who speaks to it. The client signs every request; without access control nobody looks at it. */
record Account(String nameServer, String accessKey, String secretKey) {

    /** The first argument, or the usual port on this machine; the keys are in ACCESS_KEY and SECRET_KEY. */
    static Account of(String[] args) {
        Map<String, String> environment = System.getenv();
        return new Account(args.length > 0 ? args[0] : "127.0.0.1:9876",
                environment.getOrDefault("ACCESS_KEY", "nobody"), environment.getOrDefault("SECRET_KEY", "no secret"));
    }

    /** What every client needs to know. In the cloud the name server would be the address of an instance. */
    Properties in(String group) {
        Properties properties = new Properties();
        properties.put(PropertyKeyConst.NAMESRV_ADDR, nameServer);
        properties.put(PropertyKeyConst.AccessKey, accessKey);
        properties.put(PropertyKeyConst.SecretKey, secretKey);
        properties.put(PropertyKeyConst.GROUP_ID, group);
        properties.put(PropertyKeyConst.MsgTraceSwitch, "false");
        return properties;
    }
}
