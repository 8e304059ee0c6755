namespace Conductor.Prompts;

/// <summary>Which prompt an operation is asked with now.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="File">The file that stands in for what the operation ships; null where nothing does.</param>
/// <param name="Template">The prompt in force; null where there is none that can be used.</param>
/// <param name="Problem">What is wrong with the file, or with what is shipped; null where nothing is.</param>
public sealed record PromptState(string Operation, string? File, PromptTemplate? Template, string? Problem);
