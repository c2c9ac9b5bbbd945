/** Code shared by the two services of the parking example: the body of their message. */
package io.posthorse.example.parking;
