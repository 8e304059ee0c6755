using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Conductor.Configuration.Editing;

/// <summary>Finds out where everything stands in a YAML text.</summary>
internal sealed class YamlOutline
{
    private const int Deepest = 64;

    private readonly string _text;
    private readonly Parser _parser;

    private YamlOutline(string text)
    {
        _text = text;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The document's value; a null one at the end of the text where it holds none.</summary>
    /// <exception cref="FormatException">It is no YAML, or more than one document.</exception>
    public static YamlPlace Read(string text)
    {
        try
        {
            return new YamlOutline(text).Document();
        }
        catch (YamlException failure)
        {
            throw new FormatException($"line {failure.Start.Line} cannot be read as YAML", failure);
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException or OverflowException or InvalidCastException)
        {
            throw new FormatException("it cannot be read as YAML", failure); // the parser's own way to fail on some malformed texts
        }
    }

    private YamlPlace Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _))
        {
            return new YamlPlace(YamlPlaceKind.Scalar, _text.Length) { IsNull = true };
        }

        _parser.Consume<DocumentStart>();
        var root = Value(0);
        var end = _parser.Consume<DocumentEnd>();
        return end.IsImplicit && _parser.TryConsume<StreamEnd>(out _) ? root : throw new FormatException("it holds more than one document, or marks its end");
    }

    private YamlPlace Value(int depth)
    {
        if (depth > Deepest)
        {
            throw new FormatException($"values are nested deeper than {Deepest} levels");
        }

        switch (_parser.Current)
        {
            case AnchorAlias alias:
                _parser.MoveNext();
                return new YamlPlace(YamlPlaceKind.Scalar, At(alias.Start)) { End = At(alias.End) };
            case Scalar scalar:
                _parser.MoveNext();
                var start = At(scalar.Start);
                return new YamlPlace(YamlPlaceKind.Scalar, start)
                {
                    End = Trim(start, At(scalar.End)),
                    IsNull = scalar.Style is ScalarStyle.Plain or ScalarStyle.Any && SettingsScalar.IsNull(scalar.Value) && scalar.Anchor.IsEmpty && scalar.Tag.IsEmpty,
                };
            case SequenceStart sequence:
                _parser.MoveNext();
                return List(new YamlPlace(YamlPlaceKind.List, At(sequence.Start)) { IsFlow = sequence.Style == SequenceStyle.Flow }, depth);
            case MappingStart mapping:
                _parser.MoveNext();
                return Map(new YamlPlace(YamlPlaceKind.Map, At(mapping.Start)) { IsFlow = mapping.Style == MappingStyle.Flow }, depth);
            default:
                throw new FormatException("a value is missing");
        }
    }

    private YamlPlace List(YamlPlace list, int depth)
    {
        SequenceEnd end;
        while (!_parser.TryConsume(out end!))
        {
            list.Items.Add(Value(depth + 1));
        }

        list.End = list.IsFlow ? Behind(end, ']') : list.Items.Count > 0 ? list.Items[^1].End : list.Start;
        return list;
    }

    private YamlPlace Map(YamlPlace map, int depth)
    {
        MappingEnd end;
        while (!_parser.TryConsume(out end!))
        {
            if (_parser.Current is not Scalar name)
            {
                throw new FormatException("a member's name is no plain text");
            }

            _parser.MoveNext();
            map.Members.Add(new YamlMember(name.Value, At(name.Start), Trim(At(name.Start), At(name.End)), Value(depth + 1)));
        }

        map.End = map.IsFlow ? Behind(end, '}') : map.Members.Count > 0 ? Math.Max(map.Members[^1].Value.End, map.Members[^1].NameEnd + 1) : map.Start;
        return map;
    }

    // A block scalar's end is the beginning of the next line that is none of its own.
    private int Trim(int start, int end)
    {
        while (end > start && char.IsWhiteSpace(_text[end - 1]))
        {
            end--;
        }

        return end;
    }

    // The event's own end does not count the bracket.
    private int Behind(ParsingEvent end, char bracket) =>
        At(end.Start) is var at && at < _text.Length && _text[at] == bracket ? at + 1 : throw new FormatException($"a '{bracket}' is not where it is expected");

    private int At(Mark mark) => (int)Math.Min(mark.Index, _text.Length);
}
