namespace Conductor.Host.Lab.Wires;

/// <summary>One kind of bytes that arrives over a wire, with everything that reads it.</summary>
/// <param name="Name">The dialect and the kind: `openai request`.</param>
/// <param name="Shape">How its bytes are put together.</param>
/// <param name="Seeds">Right ones, to be broken: the pieces of each; a body has one.</param>
/// <param name="RunAsync">Hands bytes to all of its readers. It throws where one of them does what it must not do; what they declare to throw is theirs. Completes at once.</param>
internal sealed record WireTarget(string Name, WireShape Shape, IReadOnlyList<IReadOnlyList<byte[]>> Seeds, Func<ReadOnlyMemory<byte>, Task> RunAsync);
