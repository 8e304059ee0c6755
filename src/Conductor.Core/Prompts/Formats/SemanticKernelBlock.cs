namespace Conductor.Prompts.Formats;

/// <summary>A piece of a template in Semantic Kernel's own language.</summary>
internal abstract record SemanticKernelBlock;

/// <summary>Literal text.</summary>
/// <param name="Text">As the file has it.</param>
/// <param name="Marked">The same for the hardened mode.</param>
internal sealed record TextBlock(string Text, string Marked) : SemanticKernelBlock;

/// <summary>`{{$name}}`</summary>
internal sealed record VariableBlock(string Name) : SemanticKernelBlock;

/// <summary>`{{'text'}}`</summary>
internal sealed record ValueBlock(string Value) : SemanticKernelBlock;

/// <summary>`{{plugin.function 'first' name=$value}}`</summary>
/// <param name="Plugin">Null where the template names only the function.</param>
/// <param name="Function">The function's name.</param>
/// <param name="Positional">The first argument, where it has no name.</param>
/// <param name="Named">The others, in their order.</param>
internal sealed record CallBlock(
    string? Plugin, string Function, SemanticKernelBlock? Positional, IReadOnlyList<(string Name, SemanticKernelBlock Value)> Named) : SemanticKernelBlock;
