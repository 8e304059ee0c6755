using Conductor.Schemas;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Conductor.Configuration;

/// <summary>Reads a YAML document (JSON is one) into nodes with their lines. Bounded in depth and size, anchors included.</summary>
internal sealed class YamlReader
{
    private const int Deepest = 64;
    private const int MostNodes = 200_000;

    private readonly Dictionary<string, SettingsNode> _anchors = new(StringComparer.Ordinal);
    private readonly Parser _parser;
    private readonly ProblemList _problems;
    private readonly string _file;
    private int _nodes;

    private YamlReader(string text, string file, ProblemList problems)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _file = file;
        _problems = problems;
    }

    /// <summary>The document; null when it cannot be read, with the reason among the problems. An empty document is an empty object.</summary>
    public static SettingsNode? Read(string text, string file, ProblemList problems)
    {
        try
        {
            return new YamlReader(text, file, problems).Document();
        }
        catch (YamlException failure)
        {
            problems.Add(file, Line(failure.Start), "", $"is not YAML that can be read: {Sentence(failure)}");
            return null;
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            // The parser's own way to fail on some malformed texts.
            problems.Add(file, null, "", $"is not YAML that can be read: {JsonValues.Cut(failure.Message)}");
            return null;
        }
    }

    private SettingsNode Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _))
        {
            return SettingsNode.Object();
        }

        _parser.Consume<DocumentStart>();
        var root = Node(0, "");
        _parser.Consume<DocumentEnd>();
        if (!_parser.TryConsume<StreamEnd>(out _))
        {
            throw new YamlException(_parser.Current?.Start ?? Mark.Empty, Mark.Empty, "The file holds more than one document; keep one.");
        }

        return root is { Kind: SettingsNodeKind.Scalar, IsQuoted: false } && SettingsScalar.IsNull(root.Text) ? SettingsNode.Object() : root;
    }

    private SettingsNode Node(int depth, string path)
    {
        var next = _parser.Current ?? throw new YamlException("The document ends too early.");
        if (depth > Deepest)
        {
            throw new YamlException(next.Start, next.End, $"Values are nested deeper than {Deepest} levels.");
        }

        Count(next);
        switch (next)
        {
            case AnchorAlias alias:
                _parser.MoveNext();
                return _anchors.TryGetValue(alias.Value.Value, out var anchored)
                    ? Copy(anchored, depth, next)
                    : throw new YamlException(alias.Start, alias.End, $"The anchor '{JsonValues.Cut(alias.Value.Value)}' is not defined above.");
            case Scalar scalar:
                _parser.MoveNext();
                var quoted = scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any) || (!scalar.Tag.IsEmpty && scalar.Tag.Value.EndsWith(":str", StringComparison.Ordinal));
                return Anchor(scalar.Anchor, SettingsNode.Scalar(scalar.Value, Line(scalar.Start), quoted));
            case SequenceStart start:
                _parser.MoveNext();
                var list = SettingsNode.List(Line(start.Start));
                while (!_parser.TryConsume<SequenceEnd>(out _))
                {
                    list.Items.Add(Node(depth + 1, InstancePath.Join(path, list.Items.Count)));
                }

                return Anchor(start.Anchor, list);
            case MappingStart start:
                _parser.MoveNext();
                return Anchor(start.Anchor, Mapping(Line(start.Start), depth, path));
            default:
                throw new YamlException(next.Start, next.End, "A value is expected here.");
        }
    }

    private SettingsNode Mapping(int? line, int depth, string path)
    {
        var mapping = SettingsNode.Object(line);
        var seen = new Dictionary<string, int?>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (_parser.Current is not Scalar key)
            {
                throw new YamlException(_parser.Current?.Start ?? Mark.Empty, Mark.Empty, "A member's name must be plain text.");
            }

            _parser.MoveNext();
            var here = InstancePath.Join(path, key.Value);
            var value = Node(depth + 1, here);
            if (seen.TryGetValue(key.Value, out var first))
            {
                _problems.Add(_file, Line(key.Start), here, $"is written twice; the first time in line {first}");
                continue;
            }

            seen[key.Value] = Line(key.Start);
            mapping.Members.Add(new SettingsMember(key.Value, Line(key.Start), value));
        }

        return mapping;
    }

    private SettingsNode Anchor(AnchorName anchor, SettingsNode node)
    {
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = node;
        }

        return node;
    }

    // Copied, not shared: what the environment puts into one place must not show in the other.
    private SettingsNode Copy(SettingsNode node, int depth, ParsingEvent at)
    {
        Count(at);
        if (depth > Deepest)
        {
            throw new YamlException(at.Start, at.End, $"Values are nested deeper than {Deepest} levels.");
        }

        switch (node.Kind)
        {
            case SettingsNodeKind.List:
                var list = SettingsNode.List(node.Line);
                list.Items.AddRange(node.Items.Select(item => Copy(item, depth + 1, at)));
                return list;
            case SettingsNodeKind.Object:
                var mapping = SettingsNode.Object(node.Line);
                mapping.Members.AddRange(node.Members.Select(member => member with { Value = Copy(member.Value, depth + 1, at) }));
                return mapping;
            default:
                return SettingsNode.Scalar(node.Text, node.Line, node.IsQuoted);
        }
    }

    private void Count(ParsingEvent at)
    {
        if (++_nodes > MostNodes)
        {
            throw new YamlException(at.Start, at.End, $"The document holds more than {MostNodes} values.");
        }
    }

    private static int? Line(Mark mark) => mark.Line > 0 ? (int)mark.Line : null;

    private static string Sentence(YamlException failure)
    {
        var message = failure.InnerException is YamlException inner ? inner.Message : failure.Message;
        return JsonValues.Cut(message.ReplaceLineEndings(" ").TrimEnd('.'), 200);
    }
}
