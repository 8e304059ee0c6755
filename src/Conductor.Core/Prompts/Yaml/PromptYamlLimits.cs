using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Conductor.Prompts.Yaml;

/// <summary>Refuses files that would run out of stack or memory when they are read: nested without a bottom, or aliases of aliases.</summary>
internal static class PromptYamlLimits
{
    private const int MaxDepth = 32;
    private const int MaxNodes = 100_000;

    /// <exception cref="PromptFormatException">The file is nested too deep, holds too much, or an alias holds itself.</exception>
    /// <exception cref="YamlException">It is not YAML.</exception>
    public static void Check(string yaml, string source)
    {
        var parser = new Parser(new StringReader(yaml));
        var sizes = new Dictionary<AnchorName, long>(); // of what an anchor names, once it is complete
        var open = new Stack<(AnchorName Anchor, long Before)>();
        var nodes = 0L;
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case MappingStart or SequenceStart:
                    open.Push((((NodeEvent)parser.Current).Anchor, nodes++));
                    break;
                case MappingEnd or SequenceEnd when open.TryPop(out var closed):
                    Name(closed.Anchor, nodes - closed.Before);
                    break;
                case Scalar scalar:
                    nodes++;
                    Name(scalar.Anchor, 1);
                    break;
                case AnchorAlias alias:
                    nodes += sizes.TryGetValue(alias.Value, out var size)
                        ? size
                        : throw Mistake(source, alias, $"The alias *{alias.Value} stands for something that is not complete yet");
                    break;
            }

            if (open.Count > MaxDepth)
            {
                throw Mistake(source, parser.Current!, $"Lists and maps are nested deeper than {MaxDepth}");
            }

            if (nodes > MaxNodes)
            {
                throw Mistake(source, parser.Current!, $"The file holds more than {MaxNodes:N0} values, what aliases stand for counted");
            }
        }

        void Name(AnchorName anchor, long size)
        {
            if (!anchor.IsEmpty)
            {
                sizes[anchor] = size;
            }
        }
    }

    private static PromptFormatException Mistake(string source, ParsingEvent at, string what) => new(source, (int)at.Start.Line, what + ".", SemanticKernelErrors.Yaml);
}
