package io.posthorse.example.ons;

import com.aliyun.openservices.ons.api.PropertyKeyConst;
import java.util.Map;
import java.util.Properties;

/**
 * The address of the broker and the credentials. The client signs every request; a broker without access control
 * ignores the signature.
 */
record Account(String nameServer, String accessKey, String secretKey) {

    /**
     * Returns the account for the name server in the first argument, or the default one on this machine. The keys are
     * read from ACCESS_KEY and SECRET_KEY.
     */
    static Account of(String[] args) {
        Map<String, String> environment = System.getenv();
        return new Account(args.length > 0 ? args[0] : "127.0.0.1:9876",
                environment.getOrDefault("ACCESS_KEY", "nobody"), environment.getOrDefault("SECRET_KEY", "no secret"));
    }

    /**
     * Returns the properties that every client needs. In the cloud the name server would be the endpoint of an
     * instance.
     */
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
