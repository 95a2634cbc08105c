//! A folder on disk whose files appear only when they are complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use quadrant::generate::folder::Folder;

/// An output folder. Files are written beside their final name and renamed when complete, so that an
/// interrupted run leaves no half-written file under a name that someone reads.
#[derive(Clone)]
pub(crate) struct Disk {
    root: PathBuf,
}

impl Disk {
    /// The folder at `root`, made if absent.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self { root: root.to_owned() })
    }

    /// Forgets a file that was begun and will not get its name.
    pub(crate) fn discard(&self, name: &str) {
        let partial = self.partial(name);
        // What cannot be removed is still no file that someone reads; a folder goes only when nothing is in it.
        let _ = fs::remove_file(&partial);
        if let Some(folder) = partial.parent().filter(|folder| *folder != self.root) {
            let _ = fs::remove_dir(folder);
        }
    }

    fn partial(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.partial"))
    }
}

impl Folder for Disk {
    type File = BufWriter<File>;

    fn create(&mut self, name: &str) -> io::Result<Self::File> {
        let partial = self.partial(name);
        if let Some(folder) = partial.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(BufWriter::with_capacity(1 << 20, File::create(partial)?))
    }

    fn close(&mut self, name: &str, mut file: Self::File) -> io::Result<()> {
        file.flush()?;
        drop(file);
        fs::rename(self.partial(name), self.root.join(name))
    }
}
