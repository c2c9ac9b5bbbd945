package io.posthorse.broker.delivery;

/** The credit of a consumer: how many more messages it takes. Several attachments of one consumer may share it. */
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
