package io.posthorse.broker.delivery;

/** How many more messages a consumer takes. May be shared by several attachments of one consumer. */
public final class Credit {
    private int left;

    public Credit(int left) {
        this.left = left;
    }

    public int left() {
        return left;
    }

    public void set(int messages) {
        left = messages;
    }

    void take() {
        left--;
    }

    void giveBack() {
        left++;
    }
}
