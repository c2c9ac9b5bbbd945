package io.posthorse.example.parkingclassic.charging;

import org.springframework.cloud.stream.messaging.Source;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Sends test messages on both channels. */
@RestController
public class ChargingController {

    private final Source source;
    private final MsgSource ownSource;

    ChargingController(Source source, MsgSource ownSource) {
        this.source = source;
        this.ownSource = ownSource;
    }

    /** Sends a payment notice on the channel "output". */
    @PostMapping("/sendTestMsg")
    public void sendTestMsg(@RequestParam(name = "text", defaultValue = "a first message") String text) {
        send(source.output(), text, "payment");
    }

    /** Sends a notice on the application's own channel "output1". */
    @PostMapping("/sendOwnMsg")
    public void sendOwnMsg(@RequestParam(name = "text", defaultValue = "a message of its own") String text) {
        send(ownSource.output1(), text, "own");
    }

    private static void send(MessageChannel channel, String text, String type) {
        channel.send(MessageBuilder.withPayload(new Notice(text, type)).build());
    }

    /** The body of a message; {@code mtype} is the kind of the notice. */
    public static final class Notice {

        private final String mcontent;
        private final String mtype;

        Notice(String mcontent, String mtype) {
            this.mcontent = mcontent;
            this.mtype = mtype;
        }

        public String getMcontent() {
            return mcontent;
        }

        public String getMtype() {
            return mtype;
        }
    }
}
