using System.Xml;

namespace Conductor.Prompts;

/// <summary>Reads markup, and refuses what is nested so deep that walking it would run out of stack.</summary>
internal sealed class ShallowXmlReader : XmlTextReader
{
    private const int MaxDepth = 256;

    public ShallowXmlReader(string xml)
        : base(new StringReader(xml))
    {
        DtdProcessing = DtdProcessing.Prohibit;
        XmlResolver = null;
    }

    public override bool Read() => base.Read() && (Depth <= MaxDepth ? true : throw new XmlException($"Tags are nested deeper than {MaxDepth}."));
}
