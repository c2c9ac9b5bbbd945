/** Ten programs, one for each thing that JMS can do. */
package io.posthorse.example.jms;
