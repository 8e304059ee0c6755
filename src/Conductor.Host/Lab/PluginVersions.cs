using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text;

namespace Conductor.Host.Lab;

/// <summary>
/// Versions of one assembly that differ in nothing but their identity: the module version id in the metadata, which is what a compiler changes with every
/// build. So a lab needs no compiler to have a new version.
/// </summary>
internal sealed class PluginVersions
{
    private readonly byte[] _image;
    private readonly int _offset;

    /// <exception cref="BadImageFormatException">The bytes are no .NET assembly.</exception>
    public PluginVersions(byte[] image)
    {
        _image = image;
        using var pe = new PEReader(new MemoryStream(image, writable: false));
        var metadata = pe.GetMetadataReader();
        var place = MetadataTokens.GetHeapOffset(metadata.GetModuleDefinition().Mvid); // of the guid heap's rows, the first is 1
        _offset = pe.PEHeaders.MetadataStartOffset + metadata.GetHeapMetadataOffset(HeapIndex.Guid) + ((place - 1) * 16);
    }

    /// <summary>The assembly with another module version id; the same number gives the same bytes.</summary>
    public byte[] Make(int number)
    {
        var version = (byte[])_image.Clone();
        Span<byte> seed = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(seed, number);
        SHA256.HashData([.. Encoding.ASCII.GetBytes("version"), .. seed]).AsSpan(0, 16).CopyTo(version.AsSpan(_offset, 16));
        return version;
    }
}
