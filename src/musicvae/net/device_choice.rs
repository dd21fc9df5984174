//! The device for decoding, as named in radio.toml and on the command line.

use std::{fmt, str::FromStr};

use candle_core::Device;

/// Where models are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The first GPU if one is available, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The GPU with this index.
    Cuda(usize),
}

/// An unknown device name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected \"auto\", \"cpu\" or \"cuda:N\" (N is the index of a GPU), found {0:?}")]
pub struct UnknownDevice(String);

/// The chosen GPU is not available.
#[derive(Debug, thiserror::Error)]
#[error("{choice}: {reason}")]
pub struct NoDevice {
    choice: DeviceChoice,
    reason: String,
}

impl DeviceChoice {
    /// The chosen GPU; none to decode on the CPU.
    ///
    /// # Errors
    /// A GPU was chosen by index and is missing or unusable.
    pub fn gpu(self) -> Result<Option<Device>, NoDevice> {
        match self {
            Self::Cpu => Ok(None),
            Self::Auto => Ok(Device::new_cuda(0).ok()),
            Self::Cuda(_) if !cfg!(feature = "cuda") => {
                let reason = "this build has no GPU support: build with --features cuda";
                Err(NoDevice { choice: self, reason: reason.to_owned() })
            }
            Self::Cuda(number) => Device::new_cuda(number).map(Some).map_err(|error| {
                // candle's message may include a backtrace after the first line.
                let reason = error.to_string().lines().take(1).collect();
                NoDevice { choice: self, reason }
            }),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = UnknownDevice;

    fn from_str(text: &str) -> Result<Self, UnknownDevice> {
        let unknown = || UnknownDevice(text.to_owned());
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            _ => {
                let number = text.strip_prefix("cuda:").ok_or_else(unknown)?;
                number.parse().map(Self::Cuda).map_err(|_| unknown())
            }
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_names_round_trip() {
        for choice in [DeviceChoice::Auto, DeviceChoice::Cpu, DeviceChoice::Cuda(12)] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        for wrong in ["", "gpu", "cuda", "cuda:", "cuda:-1", "CPU"] {
            assert_eq!(wrong.parse::<DeviceChoice>(), Err(UnknownDevice(wrong.to_owned())));
        }
    }

    #[test]
    fn a_missing_gpu_is_an_error_that_names_it() {
        let error = DeviceChoice::Cuda(4096).gpu().unwrap_err().to_string();
        assert!(error.starts_with("cuda:4096: "), "{error}");
        assert!(DeviceChoice::Cpu.gpu().unwrap().is_none());
    }
}
