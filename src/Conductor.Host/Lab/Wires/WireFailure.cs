namespace Conductor.Host.Lab.Wires;

/// <summary>An input that a reader did not bear.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Number">Which input of the seed it was.</param>
/// <param name="Input">Its bytes.</param>
/// <param name="What">What went wrong, with the place in the code for an exception.</param>
internal sealed record WireFailure(string Target, long Number, byte[] Input, string What);
