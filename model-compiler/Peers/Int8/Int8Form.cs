using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>What the 8-bit network may look like, all of it equally exact: the best one depends on the machine.</summary>
/// <param name="SignedActivations">Activations in signed bytes; else unsigned, as VNNI multiplies them.</param>
/// <param name="ChannelWiseConvolutions">Batch normalization and PReLU as 8-bit convolutions; else in floats, with a conversion before and after.</param>
internal sealed record Int8Form(bool SignedActivations, bool ChannelWiseConvolutions)
{
    /// <summary>Time on x64 with VNNI, ESPNet: 13.3 ms, and 18.2 ms with float channel-wise operators.</summary>
    public static Int8Form X64 { get; } = new(SignedActivations: false, ChannelWiseConvolutions: true);

    /// <summary>Without dot products. A float vector operation there costs no more instructions than requantizing.</summary>
    public static Int8Form Arm64 { get; } = new(SignedActivations: false, ChannelWiseConvolutions: false);

    /// <summary>With dot products of signed bytes.</summary>
    public static Int8Form Arm64Dot { get; } = new(SignedActivations: true, ChannelWiseConvolutions: false);

    /// <summary>Of this machine.</summary>
    public static Int8Form Here { get; } = RuntimeInformation.ProcessArchitecture != Architecture.Arm64 ? X64 : Dp.IsSupported ? Arm64Dot : Arm64;
}
