namespace Conductor.TestKit;

/// <summary>A check found something wrong; the message is a sentence for the plugin's author.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);

/// <summary>There is nothing to check; the message says why.</summary>
internal sealed class NotOfferedException(string message) : Exception(message);
