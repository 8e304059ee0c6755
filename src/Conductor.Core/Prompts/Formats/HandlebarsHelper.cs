namespace Conductor.Prompts.Formats;

/// <summary>A helper that makes one value of some others and knows nothing of the rendering.</summary>
/// <param name="Name">As the template writes it.</param>
/// <param name="Least">The fewest values it takes.</param>
/// <param name="Most">The most values it takes.</param>
/// <param name="Body">Called with that many values; what is undefined is null.</param>
internal sealed record HandlebarsHelper(string Name, int Least, int Most, Func<object?[], object?> Body)
{
    public object? Call(object?[] values) => values.Length >= Least && values.Length <= Most
        ? Body(values)
        : throw new PromptRenderException(
            $"The helper '{Name}' takes {(Least == Most ? $"{Least}" : $"{Least} to {Most}")} arguments, and the template gives {values.Length}.", "HandlebarsException")
        {
            IsTemplateMistake = true,
        };
}
