namespace Conductor.Host.Lab.Wires;

/// <summary>A reader did what it must not do, without an exception of its own.</summary>
/// <param name="message">What.</param>
internal sealed class WireFindingException(string message) : Exception(message);
