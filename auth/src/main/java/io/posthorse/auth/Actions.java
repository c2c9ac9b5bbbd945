package io.posthorse.auth;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A set of actions.
 *
 * @param bits one bit for each action, see {@link Action#bit}
 */
public record Actions(int bits) {
    public static final Actions ALL = of(Action.values());
    private static final String ALL_WORD = "All";

    public static Actions of(Action... actions) {
        int bits = 0;
        for (Action action : actions) {
            bits |= action.bit();
        }
        return new Actions(bits);
    }

    /**
     * Parses the names of actions, including {@code All}; case does not matter.
     *
     * @throws RefusedException where there are none, or one is not an action
     */
    public static Actions parse(Collection<String> words) {
        int bits = 0;
        for (String word : words) {
            bits |= word.strip().equalsIgnoreCase(ALL_WORD) ? ALL.bits : of(action(word.strip())).bits;
        }
        if (bits == 0) {
            throw new RefusedException("The actions is empty.");
        }
        return new Actions(bits);
    }

    private static Action action(String word) {
        for (Action action : Action.values()) {
            if (action.word().equalsIgnoreCase(word)) {
                return action;
            }
        }
        throw new RefusedException("The action " + word + " is none of All, Pub, Sub, Create, Update, Delete, Get, List.");
    }

    /** Returns whether any action is in both sets. */
    boolean meets(Actions other) {
        return (bits & other.bits) != 0;
    }

    /** Returns the names of the actions. */
    public List<String> words() {
        if (bits == ALL.bits) {
            return List.of(ALL_WORD);
        }
        List<String> words = new ArrayList<>();
        for (Action action : Action.values()) {
            if ((bits & action.bit()) != 0) {
                words.add(action.word());
            }
        }
        return words;
    }

    @Override
    public String toString() {
        return String.join(",", words());
    }
}
