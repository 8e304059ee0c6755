using System.Reflection.Metadata;

namespace Conductor.PluginLoading;

/// <summary>The arguments of an attribute whose constructor takes strings and types, and whose properties are strings (ECMA-335 II.23.3).</summary>
internal sealed class AttributeValues
{
    private const ushort Prolog = 1;
    private const byte PropertyTag = 0x54;
    private const byte StringTag = 0x0E;

    private readonly Dictionary<string, string?> _named = [];

    public AttributeValues(MetadataReader metadata, CustomAttribute attribute)
    {
        var constructor = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
        var signature = metadata.GetBlobReader(constructor.Signature);
        signature.ReadSignatureHeader();
        var parameters = signature.ReadCompressedInteger();

        var value = metadata.GetBlobReader(attribute.Value);
        if (value.ReadUInt16() != Prolog)
        {
            throw new BadImageFormatException();
        }

        First = parameters > 0 ? value.ReadSerializedString() : null;
        Second = parameters > 1 ? value.ReadSerializedString() : null;
        for (var left = value.ReadUInt16(); left > 0; left--)
        {
            if (value.ReadByte() != PropertyTag || value.ReadByte() != StringTag)
            {
                break; // of another type, so nothing this host knows; what follows cannot be told apart
            }

            var name = value.ReadSerializedString();
            _named[name ?? ""] = value.ReadSerializedString();
        }
    }

    /// <summary>The first argument; a type is given by its name, without an assembly when it is of the same one.</summary>
    public string? First { get; }

    public string? Second { get; }

    public string? Named(string name) => _named.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value : null;
}
