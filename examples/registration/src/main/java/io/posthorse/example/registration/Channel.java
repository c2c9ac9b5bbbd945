package io.posthorse.example.registration;

/** A channel by which a user is notified. */
public enum Channel {
    MAIL,
    SMS;

    /** Returns the user's address on this channel. */
    String address(User user) {
        return this == MAIL ? user.mail() : user.phone();
    }
}
