namespace Conductor.TestKit;

/// <summary>A tool call in a fake answer.</summary>
/// <param name="Id">For example `call_1`; null leaves the member out, as some servers do.</param>
/// <param name="Name">The function's name.</param>
/// <param name="Arguments">The arguments, JSON text.</param>
public sealed record FakeToolCall(string? Id, string Name, string Arguments);
